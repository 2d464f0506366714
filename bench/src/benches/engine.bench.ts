import { createIdSource, silentLogger, systemClock } from "@diwan/kernel";
import { type NodePorts, nodeRegistry } from "@diwan/nodes";
import { defaultRunLimits, runOnce } from "@diwan/runs";
import { compileGraph, type Graph, type GraphNode, readAppFile, type Value, VariablePool } from "@diwan/workflow";
import { type Figure, median } from "../table.ts";

const CHAIN = 200;
const BRANCHES = 100;
const ROUNDS = 40;
const WARM_UP = 20;

/** What the engine adds to a step, against a bare loop that calls the same node functions on the same values. */
export async function engineBench(): Promise<Figure[]> {
  const chain = prepare(chainFile());
  const fan = prepare(fanFile());
  const measured = { chain: [] as number[], chainLoop: [] as number[], fan: [] as number[], fanLoop: [] as number[] };
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    // Alternating, so that a machine that slows down slows both.
    const times = {
      chain: await time(() => run(chain)),
      chainLoop: await time(() => bareLoop(chain)),
      fan: await time(() => run(fan)),
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

type Prepared = { graph: Graph; root: GraphNode; document: ReturnType<typeof documentOf> };

function documentOf(text: string) {
  return readAppFile(text).file!.workflow!;
}

function prepare(text: string): Prepared {
  const document = documentOf(text);
  const { graph, problems } = compileGraph(document, nodeRegistry);
  if (graph === undefined) throw new Error(problems[0]?.message);
  return { graph, root: graph.roots[0]!, document };
}

async function run(version: Prepared): Promise<void> {
  const { run: finished } = await runOnce(
    { clock: systemClock, ids, logger: silentLogger, ports: () => noPorts },
    {
      version,
      mode: "workflow",
      inputs: { name: "Ada" },
      user: "bench",
      limits: defaultRunLimits,
      signal: new AbortController().signal,
    },
  );
  if (finished.status !== "succeeded") throw new Error(`The run ended ${finished.status}: ${finished.error?.message}`);
}

/** Every node once, in file order, with nothing around it but the writing of its outputs. */
async function bareLoop({ graph, root }: Prepared): Promise<void> {
  const variables = new VariablePool();
  variables.set(root.id, "name", "Ada");
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
    };
    const outcome = await node.definition.run(context, noPorts as never);
    if (outcome.status === "succeeded") variables.setAll(node.id, outcome.outputs as Record<string, Value>);
  }
}

const ids = createIdSource();
const { signal } = new AbortController();
const noPorts = {} as NodePorts;

const start = {
  id: "start",
  data: { type: "start", title: "Start", variables: [{ variable: "name", type: "text-input" }] },
};
const template = (id: string, source: string[]) => ({
  id,
  data: {
    type: "template-transform",
    title: id,
    template: "{{ text }} {% if text|length > 10 %}long{% else %}short{% endif %} {{ text[:8]|upper }}",
    variables: [{ variable: "text", value_selector: source }],
  },
});
const end = (sources: string[][]) => ({
  id: "end",
  data: {
    type: "end",
    title: "End",
    outputs: sources.map((value_selector, place) => ({ variable: `o${place}`, value_selector })),
  },
});

function file(nodes: object[], edges: [string, string][]): string {
  const graph = { nodes, edges: edges.map(([source, target]) => ({ source, target })) };
  return JSON.stringify({ version: "0.6.0", app: { mode: "workflow", name: "Bench" }, workflow: { graph } });
}

function chainFile(): string {
  // Each reads the start's value: a chain whose texts grow would measure the growing.
  const nodes = Array.from({ length: CHAIN }, (_, place) => template(`t${place}`, ["start", "name"]));
  const edges = nodes.map((node, place): [string, string] => [place === 0 ? "start" : `t${place - 1}`, node.id]);
  return file([start, ...nodes, end([[`t${CHAIN - 1}`, "output"]])], [...edges, [`t${CHAIN - 1}`, "end"]]);
}

function fanFile(): string {
  const nodes = Array.from({ length: BRANCHES }, (_, place) => template(`b${place}`, ["start", "name"]));
  const edges = nodes.flatMap(({ id }): [string, string][] => [
    ["start", id],
    [id, "end"],
  ]);
  return file([start, ...nodes, end(nodes.map(({ id }) => [id, "output"]))], edges);
}
