import { Float } from "./float.ts";
import { floatRepr } from "./float-repr.ts";
import { withinStack } from "./nesting.ts";
import type { Value } from "./value.ts";

/** Python's `str(value)`: text as it is, everything else as `repr`. */
export function pythonStr(value: Value): string {
  return typeof value === "string" ? value : pythonRepr(value);
}

/** Python's `repr(value)`: `None`, `True`, `3.0`, `'text'`, `[1, 'a']`, `{'a': 1}`. */
export function pythonRepr(value: Value): string {
  return typeof value === "object" ? withinStack(() => repr(value)) : repr(value);
}

function repr(value: Value): string {
  if (value === null) return "None";
  switch (typeof value) {
    case "string":
      return stringRepr(value);
    case "number":
      return numberRepr(value);
    case "boolean":
      return value ? "True" : "False";
    case "bigint":
      return value.toString();
  }
  if (value instanceof Float) return floatRepr(value.value);
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  const entries = Object.entries(value as { [key: string]: Value });
  return `{${entries.map(([key, item]) => `${stringRepr(key)}: ${repr(item)}`).join(", ")}}`;
}

/** Python's `repr` of a bare number, which is an integer when it is integral. */
export function numberRepr(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  return Number.isInteger(value) ? BigInt(value).toString() : floatRepr(value);
}

/** Python's `repr` of a text: single quotes unless it holds `'` and no `"`; whatever cannot be printed is escaped. */
export function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  if (/^[ !#-&(-[\]-~]*$/.test(text)) return `${quote}${text}${quote}`;
  return quote + text.replace(mayNeedEscape, (character) => escapeCharacter(character, quote)) + quote;
}

// Categories C (control, format, surrogate, private, unassigned) and Z (separators); the plain space is printable.
const mayNeedEscape = /['"\\]|[\p{C}\p{Z}]/gu;

const shortEscapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeCharacter(character: string, quote: string): string {
  if (character === " ") return character;
  if (character === "'" || character === '"') return character === quote ? `\\${character}` : character;
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}
