import { renderLog, renderText, typeOf, type Value } from "../values/index.ts";
import type { Selector, VariablePool } from "./variable-pool.ts";

export type TemplateSegment = { type: "text"; text: string } | { type: "variable"; selector: string[] };

/** @source the app file contract, template syntax: at most 50 characters of node id, then 1–10 names of at most 30 */
const PLACEHOLDER = /\{\{#([a-zA-Z0-9_]{1,50}(?:\.[a-zA-Z_][a-zA-Z0-9_]{0,29}){1,10})#\}\}/;
const SPLITTER = new RegExp(PLACEHOLDER, "g");

/** Cuts a template at its `{{#node.output#}}` placeholders. What does not match the pattern exactly stays text. */
export function parseTextTemplate(text: string): TemplateSegment[] {
  const segments: TemplateSegment[] = [];
  let from = 0;
  for (const match of text.matchAll(SPLITTER)) {
    if (match.index > from) segments.push({ type: "text", text: text.slice(from, match.index) });
    segments.push({ type: "variable", selector: match[1]!.split(".") });
    from = match.index + match[0].length;
  }
  if (from < text.length) segments.push({ type: "text", text: text.slice(from) });
  return segments;
}

/** The selectors that a template reads, in order, each once. */
export function selectorsOf(segments: readonly TemplateSegment[]): string[][] {
  const seen = new Map<string, string[]>();
  for (const segment of segments) {
    if (segment.type === "variable") seen.set(segment.selector.join("."), segment.selector);
  }
  return [...seen.values()];
}

/**
 * Fills a template in. A placeholder without a value becomes its bare path, and a text piece that is itself the path of
 * a value is replaced too: authors rely on both.
 */
export function fillTemplate(
  segments: readonly TemplateSegment[],
  variables: VariablePool,
  render: (value: Value) => string = renderText,
): string {
  return fill(segments, variables, (value) => render(value));
}

/** As `fillTemplate`, as run logs show it: secrets masked. */
export function fillTemplateForLog(segments: readonly TemplateSegment[], variables: VariablePool): string {
  return fill(segments, variables, (value, selector) =>
    renderLog(value, variables.isSecret(selector) ? "secret" : typeOf(value)),
  );
}

function fill(
  segments: readonly TemplateSegment[],
  variables: VariablePool,
  render: (value: Value, selector: Selector) => string,
): string {
  let result = "";
  for (const segment of segments) {
    if (segment.type === "variable") {
      const value = variables.get(segment.selector);
      result += value === undefined ? segment.selector.join(".") : render(value, segment.selector);
    } else {
      const selector = segment.text.includes(".") ? segment.text.split(".") : undefined;
      const value = selector === undefined ? undefined : variables.get(selector);
      result += value === undefined ? segment.text : render(value, selector!);
    }
  }
  return result;
}

/** The first selector that has no value, for nodes that refuse to run without one. */
export function firstMissing(segments: readonly TemplateSegment[], variables: VariablePool): Selector | undefined {
  for (const segment of segments) {
    if (segment.type === "variable" && variables.get(segment.selector) === undefined) return segment.selector;
  }
  return undefined;
}
