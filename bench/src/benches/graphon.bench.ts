import type { PreparedVersion } from "@diwan/runs";
import { prepare, runPrepared } from "../engine-runs.ts";
import { type GraphonCase, type GraphonFigures, installGraphon, runGraphon } from "../processes/graphon.ts";
import {
  endNode,
  type SketchedGraph,
  type SketchedNode,
  sketchGraph,
  startNode,
  templateNode,
} from "../sketched-graph.ts";
import { type Figure, median } from "../table.ts";

const CHAIN = 200;
const BRANCHES = 100;
const ITEMS = 1000;
const FEW_ITEMS = 100;
const MANY_ITEMS = 10_000;
const SAMPLES = 15;
/** Long enough for the clock of processor time, and for several collections of garbage. */
const SAMPLE_MS = 100;

/** A graph that both engines run, with the same inputs to the same outputs. */
type Shape = {
  name: string;
  graph: SketchedGraph;
  inputs: Record<string, string | Record<string, string[]>>;
  outputs: Record<string, string | string[]>;
  /** Times that graphon runs it; 0 where that would take longer than anyone waits. */
  theirRuns: number;
  theirWarmUp: number;
};

type Cost = { cpuSeconds: number; steps: number };

/** What a run costs in processor time, against graphon in a process of its own. */
export async function graphonBench(): Promise<Figure[]> {
  const shapes = {
    chain: chainShape(),
    branches: branchesShape(),
    parallel: itemsShape("parallel", ITEMS, 5, 1),
    parallelFew: itemsShape("parallel", FEW_ITEMS, 5, 1),
    parallelMany: itemsShape("parallel", MANY_ITEMS, 0, 0),
    // It sleeps for a tenth of a second and more at every item, so one run takes minutes.
    sequential: itemsShape("sequential", ITEMS, 1, 0),
    sequentialFew: itemsShape("sequential", FEW_ITEMS, 1, 1),
    sequentialMany: itemsShape("sequential", MANY_ITEMS, 0, 0),
  };
  const names = Object.keys(shapes) as (keyof typeof shapes)[];
  const ours = {} as Record<keyof typeof shapes, Cost>;
  for (const name of names) ours[name] = await costOf(shapes[name]);
  const theirs = await costsInGraphon(Object.values(shapes));

  const stepsPerSecond = (name: keyof typeof shapes, title: string, times: number): Figure => {
    const other = theirs.get(shapes[name].name);
    if (other !== undefined && other.steps !== ours[name].steps)
      throw new Error(`${title}: ours made ${ours[name].steps} steps and graphon ${other.steps}`);
    return {
      name: title,
      ours: ours[name].steps / ours[name].cpuSeconds,
      ...(other === undefined ? {} : { reference: other.steps / median(other.cpuSeconds) }),
      unit: "steps/s",
      target: { of: "ratio", atLeast: times },
    };
  };
  const anItem = (name: keyof typeof shapes, title: string, items: number): Figure => {
    const other = theirs.get(shapes[name].name);
    return {
      name: title,
      ours: (ours[name].cpuSeconds / items) * 1e6,
      ...(other === undefined ? {} : { reference: (median(other.cpuSeconds) / items) * 1e6 }),
      unit: "µs",
    };
  };
  return [
    stepsPerSecond("chain", `chain of ${CHAIN}, templates and branches in turn`, 10),
    stepsPerSecond("branches", `${BRANCHES} branches, joined`, 10),
    stepsPerSecond("sequential", `${ITEMS} items, one after another`, 50),
    stepsPerSecond("parallel", `${ITEMS} items, 10 at a time`, 50),
    anItem("sequentialFew", `an item of ${FEW_ITEMS}, one after another`, FEW_ITEMS),
    anItem("sequential", `an item of ${ITEMS}, one after another`, ITEMS),
    anItem("sequentialMany", `an item of ${MANY_ITEMS}, one after another`, MANY_ITEMS),
    anItem("parallelFew", `an item of ${FEW_ITEMS}, 10 at a time`, FEW_ITEMS),
    anItem("parallel", `an item of ${ITEMS}, 10 at a time`, ITEMS),
    anItem("parallelMany", `an item of ${MANY_ITEMS}, 10 at a time`, MANY_ITEMS),
  ];
}

async function costsInGraphon(shapes: readonly Shape[]): Promise<Map<string, GraphonFigures>> {
  const problem = installGraphon();
  if (problem !== undefined) {
    process.stdout.write(`Ours alone: ${problem}.\n\n`);
    return new Map();
  }
  const cases = shapes.flatMap(({ theirRuns: runs, theirWarmUp: warmUp, ...shape }): GraphonCase[] =>
    runs === 0 ? [] : [{ ...shape, runs, warmUp }],
  );
  process.stderr.write("graphon runs the same graphs, which takes several minutes …\n");
  const figures = await runGraphon(cases);
  process.stdout.write(
    "Steps and µs are of processor time, all threads. graphon runs with Dify's worker settings (3 to 10), without making\n" +
      "its nodes, and its templates are rendered by Jinja2 in the same process: its hosts use another, which costs more.\n",
  );
  for (const { name } of cases.filter((one) => one.name.startsWith("sequential"))) {
    const seconds = median(figures[name]!.wallSeconds).toFixed(0);
    process.stdout.write(`It waits at every item: "${name}" took ${seconds} s on the clock.\n`);
  }
  process.stdout.write("\n");
  return new Map(Object.entries(figures));
}

async function costOf({ graph, inputs, outputs, name }: Shape): Promise<Cost> {
  const version = prepare(graph);
  const { run, steps } = await runPrepared(version, inputs);
  if (JSON.stringify(run.outputs) !== JSON.stringify(outputs)) throw new Error(`${name}: the outputs differ`);
  const runs = await runsPerSample(version, inputs);
  const samples: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) samples.push(await cpuSeconds(version, inputs, runs));
  return { cpuSeconds: median(samples) / runs, steps: steps.length };
}

/** Warms up on the way: a run costs less when its code is compiled. */
async function runsPerSample(version: PreparedVersion, inputs: Shape["inputs"]): Promise<number> {
  for (let runs = 1; ; runs *= 2) if ((await cpuSeconds(version, inputs, runs)) * 1000 >= SAMPLE_MS) return runs;
}

async function cpuSeconds(version: PreparedVersion, inputs: Shape["inputs"], runs: number): Promise<number> {
  const before = process.cpuUsage();
  for (let run = 0; run < runs; run += 1) await runPrepared(version, inputs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const TEMPLATE = "{{ text }} {{ text|length }}";

function chainShape(): Shape {
  const ids = Array.from({ length: CHAIN }, (_, place) => `s${place}`);
  const nodes = ids.map((id, place) =>
    place % 2 === 0 ? templateNode(id, TEMPLATE, ["text", ["start", "name"]]) : branchNode(id, ids[place - 1]!),
  );
  const path = ["start", ...ids, "end"];
  const edges = path
    .slice(1)
    .map((target, place) => `${path[place]}${place > 0 && place % 2 === 0 ? ":yes" : ""}>${target}`);
  return {
    name: "chain",
    graph: sketchGraph([startNode("name", "text-input"), ...nodes, endNode([[ids.at(-2)!, "output"]])], edges),
    inputs: { name: "Ada" },
    outputs: { o0: "Ada 3" },
    theirRuns: 10,
    theirWarmUp: 3,
  };
}

function branchNode(id: string, source: string): SketchedNode {
  const condition = {
    id: "c",
    variable_selector: [source, "output"],
    comparison_operator: "contains",
    value: "Ada",
    varType: "string",
  };
  const cases = [{ case_id: "yes", logical_operator: "and", conditions: [condition] }];
  return { id, data: { type: "if-else", title: id, cases } };
}

function branchesShape(): Shape {
  const nodes = Array.from({ length: BRANCHES }, (_, place) =>
    templateNode(`b${place}`, TEMPLATE, ["text", ["start", "name"]]),
  );
  const end = endNode(nodes.map(({ id }) => [id, "output"]));
  const edges = nodes.flatMap(({ id }) => [`start>${id}`, `${id}>end`]);
  return {
    name: "branches",
    graph: sketchGraph([startNode("name", "text-input"), ...nodes, end], edges),
    inputs: { name: "Ada" },
    outputs: Object.fromEntries(nodes.map((_, place) => [`o${place}`, "Ada 3"])),
    theirRuns: 10,
    theirWarmUp: 3,
  };
}

/** One template for each item of a list. */
function itemsShape(order: "sequential" | "parallel", count: number, theirRuns: number, theirWarmUp: number): Shape {
  const each = {
    type: "iteration",
    title: "Each",
    start_node_id: "eachstart",
    iterator_selector: ["start", "data", "items"],
    output_selector: ["t", "output"],
    is_parallel: order === "parallel",
    parallel_nums: 10,
    error_handle_mode: "terminated",
    flatten_output: true,
  };
  const inside = { isInIteration: true, iteration_id: "each" };
  const nodes = [
    startNode("data", "json_object"),
    { id: "each", data: each },
    { id: "eachstart", type: "custom-iteration-start", parentId: "each", data: { type: "iteration-start", ...inside } },
    templateNode("t", TEMPLATE, ["text", ["each", "item"]], inside),
    endNode([["each", "output"]]),
  ];
  const items = Array.from({ length: count }, (_, place) => `item ${place}`);
  return {
    name: `${order} ${count}`,
    graph: sketchGraph(nodes, ["start>each", "eachstart>t", "each>end"]),
    inputs: { data: { items } },
    outputs: { o0: items.map((text) => `${text} ${text.length}`) },
    theirRuns,
    theirWarmUp,
  };
}
