import type { PreparedVersion } from "@diwan/runs";
import { type Value, VariablePool } from "@diwan/workflow";
import { noPorts, prepare, runPrepared } from "../engine-runs.ts";
import { endNode, type SketchedGraph, sketchGraph, startNode, templateNode } from "../sketched-graph.ts";
import { type Figure, median } from "../table.ts";

const CHAIN = 200;
const BRANCHES = 100;
const ROUNDS = 40;
const WARM_UP = 20;

/** What the engine adds to a step, against a bare loop that calls the same node functions on the same values. */
export async function engineBench(): Promise<Figure[]> {
  const chain = prepare(chainGraph());
  const fan = prepare(fanGraph());
  const measured = { chain: [] as number[], chainLoop: [] as number[], fan: [] as number[], fanLoop: [] as number[] };
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    // Alternating, so that a machine that slows down slows both.
    const times = {
      chain: await time(() => runPrepared(chain, inputs)),
      chainLoop: await time(() => bareLoop(chain)),
      fan: await time(() => runPrepared(fan, inputs)),
      fanLoop: await time(() => bareLoop(fan)),
    };
    if (round < WARM_UP) continue;
    for (const key of Object.keys(times) as (keyof typeof times)[]) measured[key].push(times[key]);
  }
  const steps = { chain: chain.graph.nodes.length, fan: fan.graph.nodes.length };
  const ms = {
    chain: median(measured.chain) / steps.chain,
    chainLoop: median(measured.chainLoop) / steps.chain,
    fan: median(measured.fan) / steps.fan,
    fanLoop: median(measured.fanLoop) / steps.fan,
  };
  return [
    {
      name: `chain of ${CHAIN} template steps`,
      ours: 1000 / ms.chain,
      reference: 1000 / ms.chainLoop,
      unit: "steps/s",
    },
    {
      name: `${BRANCHES} parallel branches, joined`,
      ours: 1000 / ms.fan,
      reference: 1000 / ms.fanLoop,
      unit: "steps/s",
    },
    {
      name: "one step beyond its own work (chain)",
      ours: ms.chain - ms.chainLoop,
      unit: "ms",
      target: { of: "ours", atMost: 0.15 },
    },
    {
      name: "a step of the branches against one of the chain",
      ours: ms.fan,
      reference: ms.chain,
      unit: "ms",
      target: { of: "ratio", atMost: 1.5 },
    },
  ];
}

async function time(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Every node once, in file order, with nothing around it but the writing of its outputs. */
async function bareLoop({ graph, root }: PreparedVersion): Promise<void> {
  const variables = new VariablePool();
  variables.setAll(root.id, inputs);
  for (const node of graph.nodes) {
    const context = {
      nodeId: node.id,
      title: "",
      settings: node.settings,
      variables,
      signal,
      emit() {},
      stepId: "",
      attempt: 1,
      attemptId: "",
      answer: undefined,
      now: Date.now,
      random: Math.random,
    };
    const outcome = await node.definition.run(context, noPorts as never);
    if (outcome.status === "succeeded") variables.setAll(node.id, outcome.outputs as Record<string, Value>);
  }
}

const inputs = { name: "Ada" };
const { signal } = new AbortController();

const TEMPLATE = "{{ text }} {% if text|length > 10 %}long{% else %}short{% endif %} {{ text[:8]|upper }}";
// Each reads the start's value: a chain whose texts grow would measure the growing.
const template = (id: string) => templateNode(id, TEMPLATE, ["text", ["start", "name"]]);

function chainGraph(): SketchedGraph {
  const nodes = Array.from({ length: CHAIN }, (_, place) => template(`t${place}`));
  const edges = nodes.map(({ id }, place) => `${place === 0 ? "start" : `t${place - 1}`}>${id}`);
  const last = `t${CHAIN - 1}`;
  return sketchGraph(
    [startNode("name", "text-input"), ...nodes, endNode([[last, "output"]])],
    [...edges, `${last}>end`],
  );
}

function fanGraph(): SketchedGraph {
  const nodes = Array.from({ length: BRANCHES }, (_, place) => template(`b${place}`));
  const edges = nodes.flatMap(({ id }) => [`start>${id}`, `${id}>end`]);
  return sketchGraph(
    [startNode("name", "text-input"), ...nodes, endNode(nodes.map(({ id }) => [id, "output"]))],
    edges,
  );
}
