import { noUsage, type StepSettled } from "@diwan/contracts";
import { expect, it } from "vitest";
import { z } from "zod";
import { compileGraph, type NodeRegistry } from "../graph/compile-graph.ts";
import type { Graph } from "../graph/graph.ts";
import { defineNode, succeed } from "../node-definition.ts";
import { VariablePool } from "../variables/variable-pool.ts";
import { RunState } from "./run-state.ts";
import { addDecimals, addUsage } from "./usage.ts";

const node = (type: string, kind: "root" | "branch" | "executable") =>
  defineNode<never, unknown>({ type, version: 1, kind, settings: z.unknown(), needs: [], run: () => succeed({}) });
const registry: NodeRegistry = {
  find: (type) => node(type, type === "start" ? "root" : type === "if-else" ? "branch" : "executable"),
};

/** A random graph without circles: edges lead from lower to higher numbers; every third step is a fork. */
function randomGraph(random: () => number): Graph {
  const count = 4 + Math.floor(random() * 14);
  const type = (place: number) => (place === 0 ? "start" : place % 3 === 0 ? "if-else" : "code");
  const nodes = Array.from({ length: count }, (_, place) => ({
    id: `n${place}`,
    data: { type: type(place), title: "" },
  }));
  const edges = nodes.slice(1).flatMap((_, index) => {
    const target = index + 1;
    const sources = Array.from({ length: 1 + Math.floor(random() * 3) }, () => Math.floor(random() * target));
    return sources.map((source) => ({
      source: `n${source}`,
      target: `n${target}`,
      sourceHandle: type(source) === "if-else" ? (random() < 0.5 ? "yes" : "no") : "source",
    }));
  });
  const { graph } = compileGraph(
    { graph: { nodes, edges }, environmentVariables: [], conversationVariables: [] },
    registry,
  );
  return graph!;
}

/** Straight from the rules: a step runs once all of its edges are decided and one is taken; looked at until nothing changes. */
function reference(graph: Graph, choose: (id: string) => string): Set<string> {
  const taken = new Set([graph.nodes[0]!.id]);
  const skipped = new Set<string>();
  const fate = (edge: Graph["edges"][number]) => {
    if (skipped.has(edge.source.id)) return "skipped";
    if (!taken.has(edge.source.id)) return "unknown";
    return !edge.source.chooses || edge.handle === choose(edge.source.id) ? "taken" : "skipped";
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const one of graph.nodes) {
      if (taken.has(one.id) || skipped.has(one.id) || one.incoming.length === 0) continue;
      const fates = one.incoming.map(fate);
      if (fates.includes("unknown")) continue;
      (fates.includes("taken") ? taken : skipped).add(one.id);
      changed = true;
    }
  }
  return taken;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function settled(nodeId: string, branch: string | null): StepSettled {
  return {
    kind: "settled",
    stepId: nodeId,
    nodeId,
    nodeType: "code",
    title: "",
    frame: [],
    attempt: 1,
    index: 1,
    status: "succeeded",
    branch,
    inputs: {},
    processData: {},
    outputs: { done: true },
    error: null,
    usage: null,
    metadata: {},
    streams: [],
    startedAt: 0,
    finishedAt: 0,
  };
}

const silent = { frameOpened: () => undefined, frameEnded() {} };

it("runs exactly the steps that the rules say, in whatever order steps end", () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = seeded(seed);
    const graph = randomGraph(random);
    const choice = new Map(graph.nodes.map(({ id }) => [id, random() < 0.5 ? "yes" : "no"]));
    const state = new RunState(graph, graph.nodes[0]!, new VariablePool(), silent);
    const started: string[] = [];
    const working: string[] = [];
    while (!state.isDone) {
      for (let ready = state.takeReady(); ready !== undefined; ready = state.takeReady()) {
        started.push(ready.node.id);
        working.push(ready.node.id);
      }
      const [next] = working.splice(Math.floor(random() * working.length), 1);
      state.apply(settled(next!, graph.byId.get(next!)!.chooses ? choice.get(next!)! : null));
    }
    expect(started.length, `seed ${seed}`).toBe(new Set(started).size);
    expect(new Set(started), `seed ${seed}`).toEqual(reference(graph, (id) => choice.get(id)!));
  }
});

it("is the same when folded from its journal, at every prefix", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seeded(seed);
    const graph = randomGraph(random);
    const live = new RunState(graph, graph.nodes[0]!, new VariablePool(), silent);
    const journal: StepSettled[] = [];
    const pending: string[] = [];
    while (!live.isDone) {
      for (let ready = live.takeReady(); ready !== undefined; ready = live.takeReady()) pending.push(ready.node.id);
      const id = pending.shift()!;
      const entry = settled(id, graph.byId.get(id)!.chooses ? (random() < 0.5 ? "yes" : "no") : null);
      journal.push(entry);
      live.apply(entry);
      for (let ready = live.takeReady(); ready !== undefined; ready = live.takeReady()) pending.push(ready.node.id);

      const folded = new RunState(graph, graph.nodes[0]!, new VariablePool(), silent);
      for (const past of journal) folded.apply(past);
      const due: string[] = [];
      for (let ready = folded.takeReady(); ready !== undefined; ready = folded.takeReady()) due.push(ready.node.id);
      expect(new Set(due), `seed ${seed}`).toEqual(new Set(pending));
    }
  }
});

it("adds money as decimals, never as floats", () => {
  expect(addDecimals("0.1", "0.2")).toBe("0.3");
  expect(addDecimals("0.0000001", "12")).toBe("12.0000001");
  expect(
    addUsage(
      { ...noUsage, total_price: "0.10", total_tokens: 3 },
      { ...noUsage, total_price: "0.025", total_tokens: 4 },
    ),
  ).toMatchObject({
    total_price: "0.125",
    total_tokens: 7,
  });
});
