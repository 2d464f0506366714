import { nodeRegistry } from "@diwan/nodes";
import { compileGraph, readAppFile } from "@diwan/workflow";
import { findRace } from "./races.ts";
import { type RandomApp, textOf } from "./random-app.ts";

const LONGEST_MS = 15_000;

/** Takes steps and edges away for as long as the app still fails: what is left shows the mistake. */
export async function shrink(app: RandomApp, fails: (app: RandomApp) => Promise<boolean>): Promise<RandomApp> {
  const until = Date.now() + LONGEST_MS;
  let smallest = app;
  for (let candidate = 0; candidate < Number.POSITIVE_INFINITY; ) {
    const next = smallerOnes(smallest)[candidate];
    if (next === undefined || Date.now() > until) return smallest;
    if (isSound(next) && (await fails(next))) {
      smallest = next;
      candidate = 0;
    } else candidate += 1;
  }
  return smallest;
}

/** Apps with one thing less, the largest things first. */
function smallerOnes(app: RandomApp): RandomApp[] {
  const containers = app.nodes.filter(({ type }) => type === "iteration" || type === "loop");
  const steps = app.nodes.filter(({ id, type }) => id !== "start" && !type.endsWith("-start"));
  const options = ["error_strategy", "diwan", "is_parallel", "break_conditions", "answer", "variables", "outputs"];
  return [
    ...containers.map(({ id }) => without(app, id, false)),
    ...steps.flatMap(({ id }) => [without(app, id, false), without(app, id, true)]),
    ...app.edges.map((_, place) => ({ ...app, edges: app.edges.toSpliced(place, 1) })),
    ...steps.flatMap((node) =>
      options.flatMap((option) => (isSpare(node[option]) ? [withoutOption(app, node.id, option)] : [])),
    ),
  ];
}

function isSpare(value: unknown): boolean {
  return value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
}

function withoutOption(app: RandomApp, id: string, option: string): RandomApp {
  const nodes = app.nodes.map((node) => {
    if (node.id !== id) return node;
    const { [option]: value, ...rest } = node;
    if (Array.isArray(value)) return { ...rest, [option]: [] } as typeof node;
    return (option === "answer" ? { ...rest, answer: "" } : rest) as typeof node;
  });
  return { ...app, nodes };
}

/** A step goes with all that is inside of it; `bridged` leads what came to it on to what came after it. */
function without(app: RandomApp, id: string, bridged: boolean): RandomApp {
  const gone = new Set([id]);
  for (let size = 0; size !== gone.size; ) {
    size = gone.size;
    for (const node of app.nodes) {
      const around = node["iteration_id"] ?? node["loop_id"] ?? node["parentId"];
      if (gone.has(String(around))) gone.add(node.id);
    }
  }
  const parts = app.edges.map((edge) => edge.split(">") as [string, string]);
  const sourceOf = (from: string) => from.split(":")[0]!;
  const kept = parts.filter(([from, target]) => !gone.has(sourceOf(from)) && !gone.has(target));
  const bridges = bridged
    ? parts.flatMap(([from, target]) =>
        target !== id
          ? []
          : parts.flatMap(([next, end]): [string, string][] => (sourceOf(next) === id ? [[from, end]] : [])),
      )
    : [];
  const edges = [...kept, ...bridges].map(([from, target]) => `${from}>${target}`);
  return { ...app, nodes: app.nodes.filter((node) => !gone.has(node.id)), edges: [...new Set(edges)] };
}

/** Whether it still is an app that runs, and whose result is certain. */
function isSound(app: RandomApp): boolean {
  const { file } = readAppFile(textOf(app));
  if (file?.workflow === undefined || compileGraph(file.workflow, nodeRegistry).graph === undefined) return false;
  return findRace(app) === undefined;
}
