import type { RunStep } from "@diwan/contracts";
import { describe, expect, it } from "vitest";
import type { Graph } from "./graph.ts";
import { readGraph } from "./graph.ts";
import { emptyRun, type RunView } from "./run-view.ts";
import { statesOf } from "./step-states.ts";
import { timeScale } from "./time-scale.ts";
import { keysTo, ticks, traceRows } from "./trace.ts";

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
  const inside = (round: number, from: number, to: number, change: Partial<RunStep> = {}) =>
    ran("sum", "llm", from, to, { frame: [["each", round]], id: `sum-${round}`, ...change });
  const each = ran("each", "iteration", 10, 90, {
    inputs: { iterator_selector: ["one.pdf", { filename: "two.pdf" }] },
  });
  const view = running(ran("start", "start", 0, 10), each, inside(0, 12, 40), inside(1, 42, 90));

  it("folds a container's rounds into one row until it is opened, with a mark for each", () => {
    const rows = traceRows(view, 2_000, new Set());
    expect(rows.map((row) => [row.key, row.folds])).toEqual([
      ["start-0", false],
      ["each-10", true],
    ]);
    expect(rows[1]).toMatchObject({ rounds: ["succeeded", "succeeded"] });
  });

  it("unfolds to numbered rounds that span what ran in them and say what they were about", () => {
    const rows = traceRows(view, 2_000, new Set(["each-10", "each-10#0"]));
    const said = rows.map((row) =>
      row.kind === "round" ? `${row.round} ${row.item}` : row.kind === "step" ? row.step.node_id : "range",
    );
    expect(rows.map((row, index) => [row.depth, said[index], row.from, row.to])).toEqual([
      [0, "start", 0, 10],
      [0, "each", 10, 90],
      [1, "1 one.pdf", 12, 40],
      [2, "sum", 12, 40],
      [1, "2 two.pdf", 42, 90],
    ]);
  });

  it("shows the tries of a step in one row", () => {
    const [row] = traceRows(
      running(
        ran("ask", "llm", 0, 10, { id: "ask", status: "retried" }),
        ran("ask", "llm", 30, 50, { id: "ask", attempt: 2 }),
      ),
      2_000,
      new Set(),
    );
    expect(row).toMatchObject({
      state: "succeeded",
      from: 0,
      to: 50,
      tries: [
        { attempt: 1, state: "retried", from: 0, to: 10 },
        { attempt: 2, state: "succeeded", from: 30, to: 50 },
      ],
    });
  });

  it("makes ten rows of a thousand rounds, says of each range what in it needs a person, and is quick", () => {
    const rounds = Array.from({ length: 1_000 }, (_, round) =>
      inside(
        round,
        10 + round,
        11 + round,
        round === 733 ? { status: "failed", total_tokens: 2 } : { total_tokens: 1 },
      ),
    );
    const long = running(ran("start", "start", 0, 10), ran("each", "iteration", 10, 2_000), ...rounds);
    const begun = performance.now();
    const rows = traceRows(long, 2_000, new Set(["each-10"]));
    expect(performance.now() - begun).toBeLessThan(200);
    expect(rows).toHaveLength(2 + 10);
    expect(rows.filter((row) => row.state === "failed")).toMatchObject([
      { kind: "range", first: 701, last: 800, tokens: 101 },
    ]);
    const keys = keysTo(long, { frame: [["each", 733]] });
    expect(keys).toEqual(["each-10", "each-10#701-800", "each-10#733"]);
    const opened = traceRows(long, 2_000, new Set(keys));
    expect(opened).toHaveLength(2 + 10 + 100 + 1);
    expect(opened.some((row) => row.kind === "step" && row.state === "failed")).toBe(true);
  });

  it("counts the tokens inside an inner container once", () => {
    const inner = ran("inner", "loop", 10, 80, { frame: [["each", 0]], total_tokens: 7 });
    const deep = ran("deep", "llm", 12, 70, {
      total_tokens: 7,
      frame: [
        ["each", 0],
        ["inner", 0],
      ],
    });
    const rows = traceRows(running(ran("each", "iteration", 10, 90), inner, deep), 2_000, new Set(["each-10"]));
    expect(rows[1]).toMatchObject({ kind: "round", tokens: 7 });
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
    for (const total of [0.4, 7, 99, 1_234, 61_000, 3_600_000]) expect(ticks(total).length).toBeLessThanOrEqual(6);
  });
});

describe("the scale of the waterfall", () => {
  const hour = 3_600_000;
  const asked = ran("ask", "human-input", 100, 100 + hour);
  const steps = [ran("start", "start", 0, 100), asked, ran("end", "end", 100 + hour, 200 + hour)];

  it("draws the wait for a person short, and what is after it right behind", () => {
    const scale = timeScale({ steps, elapsedMs: 200 + hour }, 0);
    expect(scale.gaps).toEqual([{ from: 100, to: 124 }]);
    expect([scale.at(50), scale.at(100), scale.at(100 + hour), scale.total]).toEqual([50, 100, 124, 224]);
  });

  it("keeps the time in which other steps worked meanwhile", () => {
    const beside = ran("other", "llm", 100, 100 + hour / 2);
    const scale = timeScale({ steps: [...steps, beside], elapsedMs: null }, 0);
    expect(scale.at(100 + hour / 2)).toBe(100 + hour / 2);
    expect(scale.total).toBeLessThan(hour * 0.6);
  });

  it("is plain time where nobody was waited for", () => {
    expect(timeScale({ steps: [ran("start", "start", 0, 10)], elapsedMs: 40 }, 0)).toMatchObject({
      total: 40,
      gaps: [],
    });
  });
});

describe("a container on the canvas", () => {
  const each = (change: Partial<RunStep>) =>
    ran("each", "iteration", 0, null, { inputs: { iterator_selector: [1, 2, 3] }, ...change });
  const boxed = readGraph({
    graph: { viewport: null, nodes: [{ id: "each", data: { type: "iteration" } }], edges: [] },
    steps: [],
  });
  const stateOf = (view: Partial<RunView>) =>
    statesOf(boxed, { ...emptyRun, status: "running", ...view }).steps.get("each");

  it("tells how many of its rounds have begun, by the events or by the steps that ran", () => {
    expect(stateOf({ steps: [each({})], rounds: { ">each": 2 } })).toMatchObject({
      name: "running",
      rounds: { begun: 2, of: 3 },
    });
    const inner = ran("sum", "llm", 1, 2, { frame: [["each", 0]] });
    expect(stateOf({ steps: [each({}), inner] })?.rounds).toEqual({ begun: 1, of: 3 });
  });

  it("waits while the run waits for a person inside it", () => {
    expect(stateOf({ status: "paused", steps: [each({})] })?.name).toBe("waiting");
  });
});
