import type { Step } from "./graph.ts";
import { asSelector, type JsonRecord, recordAt, recordsAt, selectorAt, stringAt } from "./json.ts";
import { caseIds } from "./ports.ts";
import { refsOf } from "./template-text.ts";

/** One line in a step's body. Words are keys of the catalogue, the file's own text is `text`. */
export type Row = {
  text?: string;
  key?: string;
  values?: Record<string, number>;
  /** A type name, or the verb of a request. */
  tag?: string;
  mono?: boolean;
  refs?: string[][];
  /** The way out that starts at this line. */
  port?: string;
};

const rowsAtMost = 8;
const refsAtMost = 3;

/** What a step shows of itself on the canvas. */
export function rowsOf(step: Step): Row[] {
  const rows = (readers[step.type] ?? (() => []))(step.data).filter((row) => row.text !== "");
  const shown = step.type === "start" ? rows.slice(0, rowsAtMost) : rows;
  const failure = stringAt(step.data, "error_strategy") === "fail-branch";
  return failure ? [...shown, { key: "steps.on-failure", port: "fail-branch" }] : shown;
}

/** Whether the plain way out stands on the step's edge rather than on one of its lines. */
export function hasPlainPort(step: Step): boolean {
  return !["if-else", "question-classifier", "human-input", "end"].includes(step.type);
}

const named = (items: JsonRecord[], name: string, tag: string): Row[] =>
  items.map((item) => ({ text: stringAt(item, name), tag: stringAt(item, tag), mono: true }));
const refs = (selectors: string[][]): Row[] =>
  selectors.length === 0 ? [] : [{ refs: selectors.filter((selector) => selector.length > 1).slice(0, refsAtMost) }];
const modelRow = (data: JsonRecord): Row => {
  const model = recordAt(data, "model");
  const temperature = stringAt(recordAt(model, "completion_params"), "temperature");
  return { text: [stringAt(model, "name"), temperature].filter(Boolean).join(" · ") };
};
const promptTexts = (data: JsonRecord): string[] => {
  const single = stringAt(recordAt(data, "prompt_template"), "text");
  return [...recordsAt(data, "prompt_template").map((message) => stringAt(message, "text")), single].filter(Boolean);
};

const readers: Record<string, (data: JsonRecord) => Row[]> = {
  start: (data) => named(recordsAt(data, "variables"), "variable", "type"),
  end: (data) =>
    recordsAt(data, "outputs").map((output) => ({
      text: stringAt(output, "variable"),
      tag: stringAt(output, "value_type"),
      mono: true,
    })),
  answer: (data) => {
    const used = refsOf([stringAt(data, "answer")]);
    return used.length > 0 ? refs(used) : [{ text: stringAt(data, "answer").slice(0, 80) }];
  },
  llm: (data) => [modelRow(data), ...refs(refsOf(promptTexts(data)).filter((selector) => selector.length > 1))],
  "question-classifier": (data) =>
    recordsAt(data, "classes").map((item) => ({ text: stringAt(item, "name") || " ", port: stringAt(item, "id") })),
  "if-else": (data) => [
    ...caseIds(data).map((port, index): Row => {
      const conditions = recordsAt(recordsAt(data, "cases")[index] ?? data, "conditions");
      const first = conditions[0];
      if (first === undefined) return { key: "steps.always", port };
      const name = selectorAt(first, "variable_selector").slice(1).join(".");
      const value = Array.isArray(first["value"]) ? first["value"].join(", ") : stringAt(first, "value");
      const text = `${name} ${stringAt(first, "comparison_operator")} ${value}`.trim();
      return { text: conditions.length > 1 ? `${text} +${conditions.length - 1}` : text, mono: true, port };
    }),
    { key: "steps.otherwise", port: "false" },
  ],
  "human-input": (data) => [
    ...recordsAt(data, "user_actions").map((action) => ({
      text: stringAt(action, "title"),
      port: stringAt(action, "id"),
    })),
    { key: "steps.no-answer", port: "__timeout" },
  ],
  "http-request": (data) => [
    {
      text: stringAt(data, "url").replace(/\{\{#([^#]*)#\}\}/g, "{$1}"),
      tag: stringAt(data, "method").toUpperCase(),
      mono: true,
    },
  ],
  code: (data) =>
    Object.entries(recordAt(data, "outputs")).map(([name, output]) => ({
      text: name,
      tag: stringAt((output ?? {}) as JsonRecord, "type"),
      mono: true,
    })),
  "template-transform": (data) => refs(recordsAt(data, "variables").map((item) => selectorAt(item, "value_selector"))),
  "knowledge-retrieval": (data) => {
    const count = Array.isArray(data["dataset_ids"]) ? data["dataset_ids"].length : 0;
    return [{ key: "steps.datasets", values: { count } }];
  },
  "variable-aggregator": (data) => refs(Array.isArray(data["variables"]) ? data["variables"].map(asSelector) : []),
  "variable-assigner": (data) => refs(Array.isArray(data["variables"]) ? data["variables"].map(asSelector) : []),
  assigner: (data) =>
    recordsAt(data, "items").map((item) => ({
      text: selectorAt(item, "variable_selector").slice(1).join("."),
      tag: stringAt(item, "operation"),
      mono: true,
    })),
  "parameter-extractor": (data) => [modelRow(data), ...named(recordsAt(data, "parameters"), "name", "type")],
  "list-operator": (data) => refs([selectorAt(data, "variable")]),
  "document-extractor": (data) => refs([selectorAt(data, "variable_selector")]),
  tool: (data) => [{ text: stringAt(data, "tool_label") || stringAt(data, "tool_name") }],
  agent: (data) => [{ text: stringAt(data, "agent_strategy_label") }],
};
