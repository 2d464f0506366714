import { describe, expect, it } from "vitest";
import type { Step } from "./graph.ts";
import { chosenPort, portsOf } from "./ports.ts";
import { containerFacts, rowsOf } from "./rows.ts";

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

  it("says of a request its method and where it goes", () => {
    const rows = rowsOf(step("http-request", { method: "post", url: "https://api.example/{{#start.id#}}/pay?key=1" }));
    expect(rows).toEqual([{ text: "api.example/{start.id}/pay", tag: "POST", mono: true }]);
  });

  it("says what is done to a list, in the order in which it is done", () => {
    const rows = rowsOf(
      step("list-operator", {
        variable: ["start", "files"],
        filter_by: { enabled: true, conditions: [{}, {}] },
        extract_by: { enabled: false, serial: "1" },
        order_by: { enabled: true, key: "size", value: "desc" },
        limit: { enabled: true, size: 3 },
      }),
    );
    expect(rows[1]?.facts).toEqual([
      { key: "steps.list.filter", values: { count: 2 } },
      { key: "steps.list.descending", name: "size" },
      { key: "steps.list.first", values: { count: 3 } },
    ]);
  });

  it("counts what an assigner writes, in its old form too", () => {
    const [items] = rowsOf(step("assigner", { items: [{ variable_selector: ["conversation", "a"] }, {}] }));
    const [single] = rowsOf(step("assigner", { assigned_variable_selector: ["conversation", "a"] }));
    expect([items, single]).toEqual(Array(2).fill({ key: "steps.writes", values: { count: 1 } }));
  });

  it("shows a trigger's method and what it takes, and a schedule with its time zone", () => {
    const webhook = step("trigger-webhook", {
      method: "POST",
      content_type: "application/json",
      headers: [{ name: "X-Signature", type: "string" }],
      body: [{ name: "invoice", type: "object" }],
    });
    expect(rowsOf(webhook).map((row) => `${row.tag} ${row.text}`)).toEqual([
      "POST application/json",
      "string X-Signature",
      "object invoice",
    ]);
    const schedule = step("trigger-schedule", { mode: "cron", cron_expression: "0 9 * * *", timezone: "Asia/Dubai" });
    expect(rowsOf(schedule)).toMatchObject([{ schedule: { kind: "daily" } }, { text: "Asia/Dubai" }]);
  });

  it("has a way out for each button of a form, and one for the time that runs out", () => {
    const actions = [{ id: "yes", title: "Yes" }];
    const rows = rowsOf(step("human-input", { user_actions: actions, timeout: 3, timeout_unit: "day" }));
    expect(rows).toEqual([
      { text: "Yes", port: "yes" },
      { key: "steps.no-answer.days", values: { count: 3 }, port: "__timeout" },
    ]);
  });

  it("says how a container goes through its rounds", () => {
    expect(containerFacts(step("iteration", { is_parallel: true, parallel_nums: 4 }))).toEqual([
      { key: "steps.at-a-time", values: { count: 4 } },
    ]);
    const conditions = [{ variable_selector: ["loop", "score"], comparison_operator: "≥", value: "8" }, {}];
    expect(containerFacts(step("loop", { loop_count: 5, break_conditions: conditions }))).toEqual([
      { key: "steps.until", name: "score ≥ 8 +1" },
      { key: "steps.rounds-at-most", values: { count: 5 } },
    ]);
  });

  it("says that a failure is met with default values", () => {
    expect(rowsOf(step("code", { error_strategy: "default-value" })).at(-1)).toEqual({
      key: "steps.on-failure.default",
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
