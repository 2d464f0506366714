import { ValueErrors } from "./errors.ts";
import { Float, float, integer } from "./float.ts";
import { floatRepr } from "./float-repr.ts";
import { isNestedDeeper, isStackOverflow, MAX_NESTING, MAX_OWN_NESTING, withinStack } from "./nesting.ts";
import { rawJson } from "./raw-json.ts";
import type { Value } from "./value.ts";

/**
 * Literals that `JSON.parse` alone would get wrong: `5.0`, exponents, `-0`, and anything so long that rounding may make it
 * integral or inexact. Text inside strings may match as well, which costs time, never correctness; ids do not.
 */
const needsSource = /(?<![^\s[:,])(?:-0(?![.\d])|-?(?:[\d.]{16}|\d+\.0+(?!\d)|\d+(?:\.\d+)?[eE]))/;

/**
 * Reads JSON and keeps what its spelling says: `5` is an integer, `5.0` and `1e3` are floats, long integers stay exact.
 *
 * @throws value.not-json (author), also for more than 500 levels.
 */
export function parseJson(text: string): Value {
  return parseLevels(text, MAX_NESTING);
}

/** `parseJson` for what we wrote ourselves: a value that was let in may be part of something larger by now. */
export function parseOwnJson(text: string): Value {
  return parseLevels(text, MAX_OWN_NESTING);
}

function parseLevels(text: string, levels: number): Value {
  let value: Value;
  try {
    value = needsSource.test(text) ? JSON.parse(text, keepLiteralKind) : JSON.parse(text);
  } catch (error) {
    if (isStackOverflow(error)) throw ValueErrors["not-json"]({ reason: tooDeep(levels) }, { cause: error });
    if (!(error instanceof SyntaxError)) throw error;
    throw ValueErrors["not-json"]({ reason: error.message }, { cause: error });
  }
  // Every level takes two characters at least.
  if (text.length > 2 * levels && isNestedDeeper(value, levels)) {
    throw ValueErrors["not-json"]({ reason: tooDeep(levels) });
  }
  return value;
}

function tooDeep(levels: number): string {
  return `it has more than ${levels} levels of lists and mappings in each other.`;
}

function keepLiteralKind(_key: string, value: Value, context?: { source?: string }): Value {
  if (typeof value !== "number") return value;
  const source = context?.source ?? String(value);
  if (!/^-?\d+$/.test(source)) return float(value);
  return Number.isSafeInteger(value) ? value + 0 : integer(BigInt(source));
}

/**
 * JSON that `parseJson` reads back as the same value.
 *
 * @param indent  Spaces per level; without it everything stands on one line.
 */
export function stringifyJson(value: Value, indent?: number): string {
  return withinStack(() => {
    try {
      return JSON.stringify(value, null, indent);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const keepWhole = (_key: string, part: unknown) =>
        typeof part === "bigint" ? rawJson(String(part), Number(part)) : part;
      return JSON.stringify(value, keepWhole, indent);
    }
  });
}

/**
 * JSON as Python's `json.dumps` spells it with `ensure_ascii=False`.
 *
 * @param options.indent  Spaces per level; without it everything stands on one line, with `, ` and `: `.
 */
export function dumpsJson(value: Value, options: { indent?: number } = {}): string {
  return withinStack(() => dump(value, options.indent, "\n"));
}

function dump(value: Value, indent: number | undefined, lineBreak: string): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number" || value instanceof Float) return dumpNumber(value);

  const inner = indent === undefined ? "" : lineBreak + " ".repeat(indent);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Array.isArray(value)
    ? value.map((item) => dump(item, indent, inner))
    : Object.entries(value as { [key: string]: Value }).map(
        ([key, item]) => `${JSON.stringify(key)}: ${dump(item, indent, inner)}`,
      );
  if (parts.length === 0) return `${open}${close}`;
  return indent === undefined
    ? `${open}${parts.join(", ")}${close}`
    : `${open}${inner}${parts.join(`,${inner}`)}${lineBreak}${close}`;
}

function dumpNumber(value: number | Float): string {
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value).toString();
  const number = Number(value);
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "Infinity" : "-Infinity";
  return floatRepr(number);
}
