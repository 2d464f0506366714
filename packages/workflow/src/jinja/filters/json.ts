import { floatRepr } from "../../values/float-repr.ts";
import { Float } from "../../values/index.ts";
import { typeError, unsupported, valueError } from "../errors.ts";
import { compareForSort } from "../runtime/compare.ts";
import { Markup, type Py, Tuple } from "../runtime/data.ts";
import { Dict } from "../runtime/dict.ts";
import { isWhole } from "../runtime/numbers.ts";
import type { Run } from "../runtime/run.ts";
import { repr } from "../runtime/text.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";

const inHtml: Record<string, string> = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027" };

/** JSON with sorted keys that can stand in a script: ASCII only, and nothing that could end the script. */
export function dumpForHtml(run: Run, value: Py, indent: Py): Markup {
  const text = dump(run, value, unitOf(indent), "\n", []);
  return new Markup(run.text(text.replace(/[<>&']/g, (character) => inHtml[character]!)));
}

function unitOf(indent: Py): string | undefined {
  if (indent === null) return undefined;
  if (isText(indent)) return textOf(indent);
  if (!isWhole(indent)) throw unsupported(`An indent of type ${typeName(indent)} in "tojson"`);
  if (Number(indent) > 1000) throw unsupported("An indent of more than 1000");
  return " ".repeat(Math.max(0, Number(indent)));
}

function dump(run: Run, value: Py, unit: string | undefined, lineBreak: string, around: readonly Py[]): string {
  if (value === null) return "null";
  if (isText(value)) return quoted(textOf(value));
  if (typeof value === "boolean") return String(value);
  if (isWhole(value)) return repr(run, value);
  if (typeof value === "number" || value instanceof Float) return floatJson(Number(value));
  const isList = Array.isArray(value) || value instanceof Tuple;
  if (!isList && !(value instanceof Dict)) throw typeError(`A value of type ${typeName(value)} has no JSON.`);
  if (around.includes(value)) throw valueError("A list or dictionary that holds itself has no JSON.");

  const inside = [...around, value];
  const inner = unit === undefined ? "" : lineBreak + unit;
  const parts: string[] = [];
  let length = 2;
  const push = (part: string) => {
    length += part.length + inner.length + 2;
    run.reserve(length);
    parts.push(part);
  };
  if (value instanceof Dict) {
    for (const [key, item] of sortedEntries(run, value))
      push(`${quoted(keyText(run, key))}: ${dump(run, item, unit, inner, inside)}`);
  } else {
    for (const item of Array.isArray(value) ? value : value.items) push(dump(run, item, unit, inner, inside));
  }
  const [open, close] = isList ? "[]" : "{}";
  if (parts.length === 0) return `${open}${close}`;
  return unit === undefined
    ? `${open}${parts.join(", ")}${close}`
    : `${open}${inner}${parts.join(`,${inner}`)}${lineBreak}${close}`;
}

function sortedEntries(run: Run, dict: Dict): [Py, Py][] {
  return [...dict.entries()].sort(([a], [b]) => compareForSort(run, a, b));
}

function keyText(run: Run, key: Py): string {
  if (isText(key)) return textOf(key);
  if (key === null || typeof key === "boolean") return String(key);
  if (isWhole(key)) return repr(run, key);
  if (typeof key === "number" || key instanceof Float) return floatJson(Number(key));
  throw typeError(`A value of type ${typeName(key)} cannot be a key in JSON.`);
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[^\0-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function floatJson(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return floatRepr(value);
}
