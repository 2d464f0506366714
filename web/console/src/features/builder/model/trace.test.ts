import type { RunStep } from "@diwan/contracts";
import { describe, expect, it } from "vitest";
import type { Graph } from "./graph.ts";
import { readGraph } from "./graph.ts";
import { emptyRun, type RunView } from "./run-view.ts";
import { statesOf } from "./step-states.ts";
import { ticks, traceRows } from "./trace.ts";

const ran = (node: string, type: string, from: number, to: number | null, change: Partial<RunStep> = {}): RunStep => ({
  id: `${node}-${from}`,
  index: from,
  node_id: node,
  node_type: type,
  title: node,
  frame: [],
  attempt: 1,
  status: to === null ? "running" : "succeeded",
  inputs: {},
  process_data: {},
  outputs: {},
  error: null,
  total_tokens: 0,
  started_at: 1_000 + from,
  finished_at: to === null ? null : 1_000 + to,
  elapsed_ms: to === null ? null : to - from,
  ...change,
});
const running = (...steps: RunStep[]): RunView => ({ ...emptyRun, status: "running", startedAt: 1_000, steps });

const graph: Graph = readGraph({
  graph: {
    viewport: null,
    nodes: [
      { id: "start", data: { type: "start" } },
      { id: "check", data: { type: "if-else", cases: [{ case_id: "yes" }] } },
      { id: "yes", data: { type: "code" } },
      { id: "no", data: { type: "code" } },
      { id: "after-no", data: { type: "code" } },
      { id: "end", data: { type: "end" } },
    ],
    edges: [
      { source: "start", target: "check" },
      { source: "check", sourceHandle: "yes", target: "yes" },
      { source: "check", sourceHandle: "false", target: "no" },
      { source: "no", target: "after-no" },
      { source: "yes", target: "end" },
      { source: "after-no", target: "end" },
    ],
  },
  steps: [],
});
const chose = ran("check", "if-else", 10, 20, { outputs: { selected_case_id: "yes" } });

describe("a run on the canvas", () => {
  it("marks what the chosen branch passes by, and leaves what may still come at rest", () => {
    const { steps, links } = statesOf(
      graph,
      running(ran("start", "start", 0, 10), chose, ran("yes", "code", 20, null)),
    );
    expect(Object.fromEntries([...steps].map(([id, state]) => [id, state.name]))).toEqual({
      start: "succeeded",
      check: "succeeded",
      yes: "running",
      no: "skipped",
      "after-no": "skipped",
    });
    expect([...links.values()]).toEqual(["taken", "in-use", "not-taken", "not-taken", "not-taken"]);
  });

  it("says that a step needed a second try, and that the author handled a failure", () => {
    const first = ran("yes", "code", 20, 30, { status: "retried" });
    const second = ran("yes", "code", 40, 50, { attempt: 2 });
    const { steps } = statesOf(graph, running(first, second, ran("no", "code", 50, 60, { status: "exception" })));
    expect([steps.get("yes"), steps.get("no")]).toEqual([
      { name: "second-try", elapsedMs: 20 },
      { name: "handled", elapsedMs: 10 },
    ]);
  });

  it("takes what stands behind a failed step as not reached, not as passed by", () => {
    const failed = ran("yes", "code", 20, 30, { status: "failed" });
    const { steps, links } = statesOf(graph, {
      ...running(ran("start", "start", 0, 10), chose, failed),
      status: "failed",
    });
    expect([steps.get("end")?.name, steps.get("no")?.name]).toEqual(["not-reached", "skipped"]);
    expect(links.get("link-4")).toBe("not-taken");
  });

  it("shows what was at work when the run was stopped as stopped, and the rest as not reached", () => {
    const { steps } = statesOf(graph, { ...running(ran("start", "start", 0, null)), status: "stopped" });
    expect([steps.get("start")?.name, steps.get("end")?.name]).toEqual(["stopped", "not-reached"]);
  });
});

describe("the waterfall", () => {
  const inside = (round: number, from: number, to: number) =>
    ran("sum", "llm", from, to, { frame: [["each", round]], id: `sum-${round}` });
  const view = running(
    ran("start", "start", 0, 10),
    ran("each", "iteration", 10, 90),
    inside(0, 12, 40),
    inside(1, 42, 90),
  );

  it("folds a container's rounds into one row until it is opened", () => {
    expect(traceRows(view, 2_000, new Set()).map((row) => [row.key, row.folds])).toEqual([
      ["start-0/1", false],
      ["each-10/1", true],
    ]);
  });

  it("unfolds to numbered rounds that span what ran in them", () => {
    const rows = traceRows(view, 2_000, new Set(["each-10/1", "each-10/1#0"]));
    expect(rows.map((row) => [row.depth, row.round ?? row.step?.node_id, row.from, row.to])).toEqual([
      [0, "start", 0, 10],
      [0, "each", 10, 90],
      [1, 1, 12, 40],
      [2, "sum", 12, 40],
      [1, 2, 42, 90],
    ]);
  });

  it("begins with the first step, however long the run waited for its turn", () => {
    const waited = { ...running(ran("start", "start", 500, 510)), startedAt: 1_000 };
    expect(traceRows(waited, 2_000, new Set())[0]).toMatchObject({ from: 0, to: 10 });
  });

  it("draws a running step up to now", () => {
    expect(traceRows(running(ran("start", "start", 0, null)), 1_750, new Set())[0]?.to).toBe(750);
  });

  it("has three to six round ticks whatever the length", () => {
    expect(ticks(5_100)).toEqual([0, 2_000, 4_000]);
    expect(ticks(840)).toEqual([0, 200, 400, 600, 800]);
    for (const total of [7, 99, 1_234, 61_000, 3_600_000]) expect(ticks(total).length).toBeLessThanOrEqual(6);
  });
});
