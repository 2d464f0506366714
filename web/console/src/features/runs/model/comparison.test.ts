import type { RunComparison } from "@diwan/contracts";
import { describe, expect, it } from "vitest";
import { type ComparedStep, compareRows, fieldDifferences, gain, meaningful, stepKey } from "./comparison.ts";

const step = (node_id: string, change: ComparedStep["change"], frame: ComparedStep["frame"] = []): ComparedStep => ({
  node_id,
  node_type: "llm",
  title: node_id,
  frame,
  change,
  differences: [],
  elapsed_ms: { a: 1, b: 1 },
  total_tokens: { a: 0, b: 0 },
});
const steps = [
  step("start", "equal"),
  step("read", "equal"),
  step("sum", "equal", [["each", 0]]),
  step("sum", "changed", [["each", 1]]),
  step("letter", "changed"),
  step("sent", "only-a"),
  step("end", "equal"),
];
const comparison = {
  steps,
  first_difference: { node_id: "sum", frame: [["each", 1]] as [string, number][], difference: null },
};
const said = (unfolded: string[]) =>
  compareRows(comparison, new Set(unfolded)).map((row) =>
    row.kind === "equal" ? `= ${row.steps.length}` : `${row.key} ${row.verdict}`,
  );

describe("the list of two runs", () => {
  it("folds what is equal where it stands, and names the first difference by its round", () => {
    expect(said([])).toEqual(["= 3", "sum.2 first", "letter changed", "sent only-a", "= 1"]);
  });

  it("unfolds one stretch of equal steps", () => {
    expect(said(["=start"]).slice(0, 5)).toEqual(["= 3", "start equal", "read equal", "sum.1 equal", "sum.2 first"]);
  });
});

it("tells the same step of two rounds apart", () => {
  expect(stepKey(step("sum", "equal", [["each", 0]]))).not.toBe(stepKey(step("sum", "equal", [["each", 1]])));
});

it("counts a gain only where both runs have the figure", () => {
  expect([gain({ a: 5, b: 3 }), gain({ a: null, b: 3 })]).toEqual([-2, null]);
});

it("parts a difference into the part of the step and the way from there", () => {
  const differences = [
    { path: "outputs.items[0].price", a: 1, b: 2 },
    { path: "writes[1]", a: 1, b: 2 },
    { path: "status", a: "failed", b: "succeeded" },
  ];
  expect(fieldDifferences({ differences }).map(({ part, path }) => [part, path])).toEqual([
    ["outputs", "items[0].price"],
    ["writes", "[1]"],
    ["status", ""],
  ]);
});

describe("what differs between any two runs", () => {
  const own = [
    { path: "outputs.sys.workflow_run_id", a: "r1", b: "r2" },
    { path: "outputs.sys.timestamp", a: 1, b: 2 },
  ];
  const started = { ...step("start", "changed"), differences: own };
  const asked = { ...step("write", "changed"), differences: [{ path: "outputs.text", a: "hot", b: "cold" }] };
  const compared = (...steps: ComparedStep[]): RunComparison => ({
    ...({} as Pick<RunComparison, "a" | "b">),
    equal: false,
    first_difference: { node_id: "start", frame: [], difference: own[0] ?? null },
    steps,
  });

  it("is left out, so that the runs part where they really do", () => {
    expect(meaningful(compared(started, asked))).toMatchObject({
      equal: false,
      first_difference: { node_id: "write", difference: { path: "outputs.text" } },
      steps: [{ change: "equal" }, { change: "changed" }],
    });
  });

  it("does not make runs differ that are equal otherwise", () => {
    expect(meaningful(compared(started))).toMatchObject({ equal: true, first_difference: null });
  });

  it("stands beside what a person gave, which counts", () => {
    const given = { ...started, differences: [...own, { path: "outputs.topic", a: "tea", b: "rain" }] };
    expect(meaningful(compared(given)).first_difference).toMatchObject({ difference: { path: "outputs.topic" } });
  });
});
