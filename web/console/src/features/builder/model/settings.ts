import type { Step } from "./graph.ts";
import { asSelector, isRecord, type JsonRecord, recordAt, recordsAt, selectorAt, stringAt } from "./json.ts";
import { caseIds } from "./ports.ts";

type Condition = { selector: string[]; operator: string; value: string };
/** One thing a step's settings say, in a form that reads the same for every kind of step. Labels are catalogue keys. */
export type Item =
  | { kind: "model"; provider: string; name: string; parameters: string; demo: boolean }
  | { kind: "template"; label: string; text: string }
  | { kind: "message"; role: string; text: string }
  | { kind: "code"; label: string; text: string }
  | { kind: "value"; label: string; text: string }
  | { kind: "refs"; label: string; selectors: string[][] }
  | { kind: "bindings"; rows: { name: string; selector: string[]; type: string }[] }
  | { kind: "fields"; rows: { name: string; type: string; note: string; optional: boolean }[] }
  | { kind: "case"; index: number; joined: string; conditions: Condition[] }
  | { kind: "list"; items: string[] }
  | { kind: "json"; value: unknown };
export type Section = { title: string; items: Item[] };

/** The demo model answers by visible rules; its provider's name says so. */
function isDemoProvider(provider: string): boolean {
  return /(^|\/)demo$/.test(provider);
}

export function usesDemoModel(step: Step): boolean {
  return isDemoProvider(stringAt(recordAt(step.data, "model"), "provider"));
}

/** What a step is set to, as sections of the panel; an unknown step shows its data as it is. */
export function settingsOf(step: Step): Section[] {
  const read = readers[step.type];
  const sections = read === undefined ? [{ title: "settings.data", items: [rawData(step.data)] }] : read(step.data);
  const all = [...sections, ...failureHandling(step.data)];
  return all
    .map((section) => ({ ...section, items: section.items.filter(saysSomething) }))
    .filter((section) => section.items.length > 0);
}

function saysSomething(item: Item): boolean {
  if (item.kind === "value" || item.kind === "template" || item.kind === "code" || item.kind === "message")
    return item.text !== "";
  if (item.kind === "model") return item.name !== "";
  if (item.kind === "refs") return item.selectors.some((selector) => selector.length > 0);
  if (item.kind === "bindings" || item.kind === "fields") return item.rows.length > 0;
  return item.kind === "list" ? item.items.length > 0 : true;
}

const canvasKeys: ReadonlySet<string> = new Set([
  "type",
  "title",
  "desc",
  "selected",
  "isInIteration",
  "iteration_id",
  "isInLoop",
  "loop_id",
]);
const rawData = (data: JsonRecord): Item => ({
  kind: "json",
  value: Object.fromEntries(Object.entries(data).filter(([key]) => !canvasKeys.has(key) && !key.startsWith("_"))),
});

function model(data: JsonRecord): Section {
  const chosen = recordAt(data, "model");
  const provider = stringAt(chosen, "provider");
  const parameters = Object.entries(recordAt(chosen, "completion_params"))
    .filter(([, value]) => typeof value !== "object")
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(" · ");
  return {
    title: "settings.model",
    items: [{ kind: "model", provider, name: stringAt(chosen, "name"), parameters, demo: isDemoProvider(provider) }],
  };
}

function prompt(data: JsonRecord): Section {
  const single = stringAt(recordAt(data, "prompt_template"), "text");
  const messages = recordsAt(data, "prompt_template").map((message): Item => {
    const jinja = stringAt(message, "edition_type") === "jinja2" ? stringAt(message, "jinja2_text") : "";
    return { kind: "message", role: stringAt(message, "role") || "user", text: jinja || stringAt(message, "text") };
  });
  return { title: "settings.prompt", items: [...messages, { kind: "message", role: "user", text: single }] };
}

function memory(data: JsonRecord): Section {
  const window = recordAt(recordAt(data, "memory"), "window");
  const size = window["enabled"] === true ? stringAt(window, "size") : "";
  return { title: "settings.memory", items: [{ kind: "value", label: "settings.memory.window", text: size }] };
}

const refs = (label: string, ...selectors: string[][]): Item => ({ kind: "refs", label, selectors });
const bindings = (data: JsonRecord): Item => ({
  kind: "bindings",
  rows: recordsAt(data, "variables").map((item) => ({
    name: stringAt(item, "variable"),
    selector: selectorAt(item, "value_selector"),
    type: stringAt(item, "value_type"),
  })),
});

function conditions(data: JsonRecord): Condition[] {
  return recordsAt(data, "conditions").map((condition) => ({
    selector: selectorAt(condition, "variable_selector"),
    operator: stringAt(condition, "comparison_operator"),
    value: Array.isArray(condition["value"]) ? condition["value"].join(", ") : stringAt(condition, "value"),
  }));
}

function failureHandling(data: JsonRecord): Section[] {
  const retry = recordAt(data, "retry_config");
  const tries = retry["retry_enabled"] === true ? stringAt(retry, "max_retries") : "";
  const strategy = stringAt(data, "error_strategy");
  return [
    {
      title: "settings.failure",
      items: [
        { kind: "value", label: "settings.retries", text: tries },
        { kind: "value", label: `settings.strategy.${strategy}`, text: strategy === "" ? "" : " " },
      ],
    },
  ];
}

const readers: Record<string, (data: JsonRecord) => Section[]> = {
  start: (data) => [
    {
      title: "settings.inputs",
      items: [
        {
          kind: "fields",
          rows: recordsAt(data, "variables").map((field) => ({
            name: stringAt(field, "variable"),
            type: stringAt(field, "type"),
            note: stringAt(field, "label"),
            optional: field["required"] !== true,
          })),
        },
      ],
    },
  ],
  llm: (data) => [
    model(data),
    {
      title: "settings.context",
      items: [refs("settings.context.from", selectorAt(recordAt(data, "context"), "variable_selector"))],
    },
    prompt(data),
    memory(data),
  ],
  answer: (data) => [
    {
      title: "settings.answer",
      items: [{ kind: "template", label: "settings.answer", text: stringAt(data, "answer") }],
    },
  ],
  end: (data) => [
    {
      title: "settings.outputs",
      items: [
        {
          kind: "bindings",
          rows: recordsAt(data, "outputs").map((output) => ({
            name: stringAt(output, "variable"),
            selector: selectorAt(output, "value_selector"),
            type: stringAt(output, "value_type"),
          })),
        },
      ],
    },
  ],
  "if-else": (data) => [
    {
      title: "settings.cases",
      items: caseIds(data).map((_, index): Item => {
        const item = recordsAt(data, "cases")[index] ?? data;
        return {
          kind: "case",
          index,
          joined: stringAt(item, "logical_operator") || "and",
          conditions: conditions(item),
        };
      }),
    },
  ],
  "question-classifier": (data) => [
    model(data),
    { title: "settings.question", items: [refs("settings.question", selectorAt(data, "query_variable_selector"))] },
    {
      title: "settings.classes",
      items: [{ kind: "list", items: recordsAt(data, "classes").map((item) => stringAt(item, "name")) }],
    },
    {
      title: "settings.instruction",
      items: [{ kind: "template", label: "settings.instruction", text: stringAt(data, "instruction") }],
    },
  ],
  "parameter-extractor": (data) => [
    model(data),
    { title: "settings.question", items: [refs("settings.question", selectorAt(data, "query"))] },
    {
      title: "settings.parameters",
      items: [
        {
          kind: "fields",
          rows: recordsAt(data, "parameters").map((item) => ({
            name: stringAt(item, "name"),
            type: stringAt(item, "type"),
            note: stringAt(item, "description"),
            optional: item["required"] !== true,
          })),
        },
      ],
    },
    {
      title: "settings.instruction",
      items: [{ kind: "template", label: "settings.instruction", text: stringAt(data, "instruction") }],
    },
  ],
  code: (data) => [
    { title: "settings.variables", items: [bindings(data)] },
    {
      title: "settings.code",
      items: [{ kind: "code", label: stringAt(data, "code_language"), text: stringAt(data, "code") }],
    },
    {
      title: "settings.outputs",
      items: [
        {
          kind: "fields",
          rows: Object.entries(recordAt(data, "outputs")).map(([name, output]) => ({
            name,
            type: isRecord(output) ? stringAt(output, "type") : "",
            note: "",
            optional: false,
          })),
        },
      ],
    },
  ],
  "template-transform": (data) => [
    { title: "settings.variables", items: [bindings(data)] },
    { title: "settings.template", items: [{ kind: "code", label: "Jinja2", text: stringAt(data, "template") }] },
  ],
  "http-request": (data) => [
    {
      title: "settings.request",
      items: [
        {
          kind: "template",
          label: "settings.request",
          text: `${stringAt(data, "method").toUpperCase()} ${stringAt(data, "url")}`,
        },
        { kind: "template", label: "settings.headers", text: stringAt(data, "headers") },
        { kind: "template", label: "settings.query", text: stringAt(data, "params") },
        ...recordsAt(recordAt(data, "body"), "data").map(
          (part): Item => ({ kind: "template", label: "settings.body", text: stringAt(part, "value") }),
        ),
      ],
    },
  ],
  "variable-aggregator": (data) => [
    {
      title: "settings.first-present",
      items: [
        refs("settings.first-present", ...(Array.isArray(data["variables"]) ? data["variables"].map(asSelector) : [])),
      ],
    },
  ],
  assigner: (data) => [
    {
      title: "settings.assign",
      items: recordsAt(data, "items").map((item) =>
        refs(stringAt(item, "operation"), selectorAt(item, "variable_selector")),
      ),
    },
  ],
  "knowledge-retrieval": (data) => [
    { title: "settings.question", items: [refs("settings.question", selectorAt(data, "query_variable_selector"))] },
    {
      title: "settings.search",
      items: [
        {
          kind: "value",
          label: "settings.top-k",
          text: stringAt(recordAt(data, "multiple_retrieval_config"), "top_k"),
        },
      ],
    },
  ],
  "document-extractor": (data) => [
    { title: "settings.files", items: [refs("settings.files", selectorAt(data, "variable_selector"))] },
  ],
  "list-operator": (data) => [
    { title: "settings.variables", items: [refs("settings.variables", selectorAt(data, "variable"))] },
  ],
  iteration: (data) => [
    {
      title: "settings.each",
      items: [
        refs("settings.each.over", selectorAt(data, "iterator_selector")),
        refs("settings.each.result", selectorAt(data, "output_selector")),
        {
          kind: "value",
          label: "settings.each.parallel",
          text: data["is_parallel"] === true ? stringAt(data, "parallel_nums") : "",
        },
      ],
    },
  ],
  loop: (data) => [
    {
      title: "settings.loop",
      items: [{ kind: "value", label: "settings.loop.most", text: stringAt(data, "loop_count") }],
    },
    {
      title: "settings.loop.until",
      items: [
        {
          kind: "case",
          index: 0,
          joined: stringAt(data, "logical_operator") || "and",
          conditions: conditions({ conditions: data["break_conditions"] }),
        },
      ],
    },
  ],
  "human-input": (data) => [
    {
      title: "settings.ask",
      items: [{ kind: "template", label: "settings.ask", text: stringAt(data, "form_content") }],
    },
    {
      title: "settings.choices",
      items: [{ kind: "list", items: recordsAt(data, "user_actions").map((item) => stringAt(item, "title")) }],
    },
  ],
};
