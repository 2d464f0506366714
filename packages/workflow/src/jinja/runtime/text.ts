import { Float, pythonRepr } from "../../values/index.ts";
import { numberRepr, stringRepr } from "../../values/python-text.ts";
import { unsupported, valueError } from "../errors.ts";
import { Markup, type Py, Tuple, Undefined } from "./data.ts";
import { Dict } from "./dict.ts";
import type { Run } from "./run.ts";
import { isText, textOf } from "./types.ts";

/** Python's `str(value)`: how a value prints. */
export function str(run: Run, value: Py): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberRepr(value);
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined) return "";
  return repr(run, value);
}

/** Python's `repr(value)`: how a value prints inside a list. */
export function repr(run: Run, value: Py, around: readonly Py[] = []): string {
  if (typeof value === "bigint") return integerText(value);
  if (value === null || typeof value !== "object" || value instanceof Float) return pythonRepr(value);
  if (value instanceof Markup) return `Markup(${stringRepr(value.text)})`;
  if (value instanceof Undefined) return "Undefined";
  if (Array.isArray(value) || value instanceof Tuple || value instanceof Dict) return containerRepr(run, value, around);
  const text = value.text(run);
  if (text === undefined) throw unsupported(`Printing a ${value.typeName}`);
  return text;
}

function containerRepr(run: Run, value: Py[] | Tuple | Dict, around: readonly Py[]): string {
  const [open, close] = Array.isArray(value) ? "[]" : value instanceof Tuple ? "()" : "{}";
  if (around.includes(value)) return `${open}...${close}`;
  const inside = [...around, value];
  const parts: string[] = [];
  let length = 2;
  const push = (part: string) => {
    length += part.length + 2;
    run.reserve(length);
    parts.push(part);
  };
  if (value instanceof Dict) {
    for (const [key, item] of value.entries()) push(`${repr(run, key, inside)}: ${repr(run, item, inside)}`);
  } else {
    for (const item of Array.isArray(value) ? value : value.items) push(repr(run, item, inside));
    if (value instanceof Tuple && parts.length === 1) return `(${parts[0]},)`;
  }
  return `${open}${parts.join(", ")}${close}`;
}

/** Python refuses to write out integers of more than 4300 digits, to bound the work. */
function integerText(value: bigint): string {
  const text = value.toString();
  if (text.length > 4300 + (value < 0n ? 1 : 0)) throw valueError("An integer has more than 4300 digits.");
  return text;
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" };

/** Replaces the characters that mean something in HTML. */
export function escapeHtml(text: string): string {
  return /[&<>'"]/.test(text) ? text.replace(/[&<>'"]/g, (character) => escapes[character]!) : text;
}

/** The value as text that is safe in HTML; what is marked as safe stays as it is. */
export function escaped(run: Run, value: Py): string {
  return value instanceof Markup ? value.text : run.text(escapeHtml(str(run, value)));
}

/** `str(value)` that keeps the mark of being safe. */
export function softStr(run: Run, value: Py): string | Markup {
  return isText(value) ? value : str(run, value);
}

/** Text of the same kind as `like`: marked as safe exactly when that was. */
export function textLike(run: Run, like: string | Markup, text: string): string | Markup {
  return typeof like === "string" ? run.text(text) : new Markup(run.text(text));
}

/** The text of an argument that becomes part of `like`: escaped when that is safe and the argument is not. */
export function textInto(run: Run, like: Py, value: string | Markup): string {
  return like instanceof Markup ? escaped(run, value) : textOf(value);
}
