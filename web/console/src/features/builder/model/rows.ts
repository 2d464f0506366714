import type { Step } from "./graph.ts";
import { asSelector, type JsonRecord, recordAt, recordsAt, selectorAt, stringAt } from "./json.ts";
import { caseIds } from "./ports.ts";
import { type Schedule, scheduleOf } from "./schedule.ts";
import { refsOf } from "./template-text.ts";

/** A catalogue's text with its values; a `name` is the file's own word. */
export type Fact = { key: string; values?: Record<string, number>; name?: string };

/** One line in a step's body. Words are keys of the catalogue, the file's own text is `text`. */
export type Row = {
  text?: string;
  key?: string;
  values?: Record<string, number>;
  /** Several short facts on one line. */
  facts?: Fact[];
  schedule?: Schedule;
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
  // Each line of a choice is a way out, and those are all drawn.
  const shown = rows.some((row) => row.port !== undefined) ? rows : rows.slice(0, rowsAtMost);
  const strategy = stringAt(step.data, "error_strategy");
  if (strategy === "fail-branch") return [...shown, { key: "steps.on-failure", port: "fail-branch" }];
  return strategy === "default-value" ? [...shown, { key: "steps.on-failure.default" }] : shown;
}

/** Whether the plain way out stands on the step's edge rather than on one of its lines. */
export function hasPlainPort(step: Step): boolean {
  return !["if-else", "question-classifier", "human-input", "end", "loop-end"].includes(step.type);
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

/** Host and path of an address, its variables in braces. */
function shortAddress(url: string): string {
  return url
    .replace(/\{\{#([^#]*)#\}\}/g, "{$1}")
    .replace(/^https?:\/\//i, "")
    .replace(/[?#].*$/s, "")
    .replace(/\/$/, "");
}

/** What an assigner writes to; its first form had one target. */
function writesOf(data: JsonRecord): string[][] {
  const single = selectorAt(data, "assigned_variable_selector");
  const targets = recordsAt(data, "items").map((item) => selectorAt(item, "variable_selector"));
  return (single.length > 0 ? [single] : targets).filter((target) => target.length > 0);
}

/** What is done to a list, in the order in which it is done. */
function listFacts(data: JsonRecord): Fact[] {
  const on = (key: string) => (recordAt(data, key)["enabled"] === true ? recordAt(data, key) : undefined);
  const [filter, extract, order, limit] = [on("filter_by"), on("extract_by"), on("order_by"), on("limit")];
  const facts: Fact[] = [];
  if (filter !== undefined)
    facts.push({ key: "steps.list.filter", values: { count: recordsAt(filter, "conditions").length } });
  if (extract !== undefined) facts.push({ key: "steps.list.nth", name: stringAt(extract, "serial") });
  if (order !== undefined) {
    const direction = stringAt(order, "value") === "desc" ? "descending" : "ascending";
    const name = stringAt(order, "key");
    // Plain texts and numbers have no key to be sorted by.
    facts.push(name === "" ? { key: "steps.list.sorted" } : { key: `steps.list.${direction}`, name });
  }
  if (limit !== undefined)
    facts.push({ key: "steps.list.first", values: { count: Number(stringAt(limit, "size")) || 0 } });
  return facts;
}

function timeLimit(data: JsonRecord): Row {
  const count = Number(stringAt(data, "timeout"));
  if (!(count > 0)) return { key: "steps.no-answer" };
  return {
    key: stringAt(data, "timeout_unit") === "day" ? "steps.no-answer.days" : "steps.no-answer.hours",
    values: { count },
  };
}

/** How a container goes through its rounds. */
export function containerFacts({ type, data }: Pick<Step, "type" | "data">): Fact[] {
  if (type === "iteration") {
    const together = data["is_parallel"] === true ? Number(stringAt(data, "parallel_nums")) || 10 : 1;
    return [together === 1 ? { key: "steps.one-by-one" } : { key: "steps.at-a-time", values: { count: together } }];
  }
  const conditions = recordsAt(data, "break_conditions");
  const [first] = conditions;
  const facts: Fact[] = [];
  if (first !== undefined) {
    const more = conditions.length > 1 ? ` +${conditions.length - 1}` : "";
    facts.push({ key: "steps.until", name: conditionText(first) + more });
  }
  const most = Number(stringAt(data, "loop_count"));
  if (most > 0) facts.push({ key: "steps.rounds-at-most", values: { count: most } });
  return facts;
}

function conditionText(condition: JsonRecord): string {
  const name = selectorAt(condition, "variable_selector").slice(1).join(".");
  const value = Array.isArray(condition["value"]) ? condition["value"].join(", ") : stringAt(condition, "value");
  return `${name} ${stringAt(condition, "comparison_operator")} ${value}`.trim();
}

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
      const text = conditionText(first);
      return { text: conditions.length > 1 ? `${text} +${conditions.length - 1}` : text, mono: true, port };
    }),
    { key: "steps.otherwise", port: "false" },
  ],
  "human-input": (data) => [
    ...recordsAt(data, "user_actions").map((action) => ({
      text: stringAt(action, "title"),
      port: stringAt(action, "id"),
    })),
    { ...timeLimit(data), port: "__timeout" },
  ],
  "http-request": (data) => [
    {
      text: shortAddress(stringAt(data, "url")) || " ",
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
  assigner: (data) => {
    const targets = writesOf(data);
    return [{ key: "steps.writes", values: { count: targets.length } }, ...refs(targets)];
  },
  "parameter-extractor": (data) => [modelRow(data), ...named(recordsAt(data, "parameters"), "name", "type")],
  "list-operator": (data) => {
    const facts = listFacts(data);
    return [...refs([selectorAt(data, "variable")]), ...(facts.length === 0 ? [] : [{ facts }])];
  },
  "trigger-webhook": (data) => [
    {
      text: stringAt(data, "content_type") || "application/json",
      tag: (stringAt(data, "method") || "get").toUpperCase(),
    },
    ...["headers", "params", "body"].flatMap((place) => named(recordsAt(data, place), "name", "type")),
  ],
  "trigger-schedule": (data) => {
    const schedule = scheduleOf(data);
    if (schedule === undefined) return [];
    return [{ schedule }, { text: stringAt(data, "timezone") || "UTC" }];
  },
  "trigger-plugin": (data) => [
    { text: stringAt(data, "event_label") || stringAt(data, "event_name"), mono: stringAt(data, "event_label") === "" },
    { text: stringAt(data, "provider_name") || stringAt(data, "provider_id") },
  ],
  "document-extractor": (data) => refs([selectorAt(data, "variable_selector")]),
  tool: (data) => [{ text: stringAt(data, "tool_label") || stringAt(data, "tool_name") }],
  agent: (data) => [{ text: stringAt(data, "agent_strategy_label") }],
};
