import { describe, expect, it } from "vitest";
import type { Step } from "./graph.ts";
import { settingsOf, usesDemoModel } from "./settings.ts";

const step = (type: string, data: Record<string, unknown>): Step => ({
  id: "s",
  type,
  title: "",
  view: "step",
  support: "ready",
  at: null,
  size: null,
  parent: null,
  data: { type, title: "T", selected: true, ...data },
});

describe("the settings of a step", () => {
  it("show model, prompt and how failure is handled, and leave out what is not set", () => {
    const sections = settingsOf(
      step("llm", {
        model: { provider: "diwan/demo/demo", name: "demo", completion_params: { temperature: 0.3, stop: [] } },
        prompt_template: [{ role: "system", text: "Be brief." }],
        context: { enabled: false },
        retry_config: { retry_enabled: true, max_retries: 2 },
      }),
    );
    expect(sections).toEqual([
      {
        title: "settings.model",
        items: [
          { kind: "model", provider: "diwan/demo/demo", name: "demo", parameters: "temperature 0.3", demo: true },
        ],
      },
      { title: "settings.prompt", items: [{ kind: "message", role: "system", text: "Be brief." }] },
      { title: "settings.failure", items: [{ kind: "value", label: "settings.retries", text: "2" }] },
    ]);
  });

  it("show the data of a step we do not know as it is, without the canvas's own keys", () => {
    expect(settingsOf(step("acme-credit", { amount: "{{#calc.amount#}}", _hidden: 1 }))).toEqual([
      { title: "settings.data", items: [{ kind: "json", value: { amount: "{{#calc.amount#}}" } }] },
    ]);
  });

  it("read the old form of an if / else as one case", () => {
    const [section] = settingsOf(
      step("if-else", {
        logical_operator: "or",
        conditions: [{ variable_selector: ["a", "b"], comparison_operator: "empty" }],
      }),
    );
    expect(section?.items).toEqual([
      { kind: "case", index: 0, joined: "or", conditions: [{ selector: ["a", "b"], operator: "empty", value: "" }] },
    ]);
  });
});

it("tells the demo model by the end of its provider's name", () => {
  const uses = (provider: string) => usesDemoModel(step("llm", { model: { provider } }));
  expect([uses("diwan/demo/demo"), uses("demo"), uses("langgenius/openai/openai"), uses("acme/demographics")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
