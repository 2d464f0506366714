import { describe, expect, it } from "vitest";
import type { Step } from "./graph.ts";
import { chosenPort, portsOf } from "./ports.ts";
import { rowsOf } from "./rows.ts";

const step = (type: string, data: Record<string, unknown>): Step => ({
  id: "s",
  type,
  title: "",
  view: "step",
  support: "ready",
  at: null,
  size: null,
  parent: null,
  data: { type, ...data },
});

describe("what a step shows of itself", () => {
  it("lists the inputs of the start with their types", () => {
    const rows = rowsOf(step("start", { variables: [{ variable: "order_id", type: "text-input" }] }));
    expect(rows).toEqual([{ text: "order_id", tag: "text-input", mono: true }]);
  });

  it("says a condition as variable, operator and value, and counts the others", () => {
    const conditions = [
      { variable_selector: ["calc", "amount"], comparison_operator: ">", value: "500" },
      { variable_selector: ["calc", "reason"], comparison_operator: "empty" },
    ];
    const rows = rowsOf(step("if-else", { cases: [{ case_id: "big", conditions }] }));
    expect(rows).toEqual([
      { text: "amount > 500 +1", mono: true, port: "big" },
      { key: "steps.otherwise", port: "false" },
    ]);
  });

  it("names the model and the variables its prompt uses", () => {
    const rows = rowsOf(
      step("llm", {
        model: { name: "demo", completion_params: { temperature: 0.3 } },
        prompt_template: [{ role: "user", text: "{{#context#}} {{#start.q#}}" }],
      }),
    );
    expect(rows).toEqual([{ text: "demo · 0.3" }, { refs: [["start", "q"]] }]);
  });

  it("adds a way out for the failure that the author handles", () => {
    expect(rowsOf(step("code", { error_strategy: "fail-branch" })).at(-1)).toEqual({
      key: "steps.on-failure",
      port: "fail-branch",
    });
  });

  it("survives a file whose fields are of the wrong kind", () => {
    expect(rowsOf(step("llm", { model: "demo", prompt_template: null }))).toEqual([]);
    expect(rowsOf(step("code", { outputs: [] }))).toEqual([]);
  });
});

describe("ways out of a step", () => {
  it("are its cases, its classes or the one plain way", () => {
    expect(portsOf(step("if-else", { conditions: [] }))).toEqual(["true", "false"]);
    expect(portsOf(step("question-classifier", { classes: [{ id: "1" }, { id: "2" }] }))).toEqual(["1", "2"]);
    expect(portsOf(step("code", { error_strategy: "fail-branch" }))).toEqual(["source", "fail-branch"]);
  });

  it("are read from the outputs of a step that chose one", () => {
    expect(chosenPort("if-else", "succeeded", { selected_case_id: "big" })).toBe("big");
    expect(chosenPort("code", "exception", {})).toBe("fail-branch");
    expect(chosenPort("code", "succeeded", {})).toBeNull();
  });
});
