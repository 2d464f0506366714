import { typeError, undefinedError, unsupported } from "../errors.ts";
import { compareCharacters } from "../python/code-points.ts";
import { type Py, PyObject, Tuple, Undefined } from "./data.ts";
import { Dict } from "./dict.ts";
import { comparable, isNumber } from "./numbers.ts";
import type { Run } from "./run.ts";
import { length } from "./sequences.ts";
import { isText, textOf, typeName } from "./types.ts";

/** Python's truth: nothing, zero and whatever is empty are false. */
export function isTrue(run: Run, value: Py): boolean {
  if (typeof value === "boolean") return value;
  if (value === null) return false;
  if (typeof value === "string") return value !== "";
  if (isNumber(value)) return Number(value) !== 0;
  if (value instanceof Undefined) return false;
  return length(run, value) !== 0;
}

/** Python's `==`. */
export function equals(run: Run, a: Py, b: Py): boolean {
  if (a === b) return !(typeof a === "number" && Number.isNaN(a));
  if (isNumber(a)) return isNumber(b) && sameNumber(comparable(a), comparable(b));
  if (isText(a)) return isText(b) && textOf(a) === textOf(b);
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(run, a, b);
  if (a instanceof Tuple) return b instanceof Tuple && sameItems(run, a.items, b.items);
  if (a instanceof Dict) return b instanceof Dict && sameEntries(run, a, b);
  if (a instanceof Undefined) return b instanceof Undefined;
  if (a instanceof PyObject && b instanceof PyObject) return a.equals(run, b);
  return false;
}

// `===` holds no bigint equal to a number; NaN fails both halves, as it should.
function sameNumber(a: number | bigint, b: number | bigint): boolean {
  return a <= b && a >= b;
}

function sameItems(run: Run, a: readonly Py[], b: readonly Py[]): boolean {
  run.charge(1);
  return a.length === b.length && a.every((item, index) => same(run, item, b[index]!));
}

function sameEntries(run: Run, a: Dict, b: Dict): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a.entries()) {
    run.charge(1);
    const other = b.get(key);
    if (other === undefined || !same(run, value, other)) return false;
  }
  return true;
}

/** Equality as containers see it: a thing is always the same as itself, even NaN. */
export function same(run: Run, a: Py, b: Py): boolean {
  return Object.is(a, b) || equals(run, a, b);
}

export type Ordering = "<" | "<=" | ">" | ">=";

/** Python's `<` and its relatives. */
export function isOrdered(run: Run, operator: Ordering, a: Py, b: Py): boolean {
  if (isNumber(a) && isNumber(b)) return holds(operator, comparable(a), comparable(b));
  if (isText(a) && isText(b)) return holds(operator, compareCharacters(textOf(a), textOf(b)), 0);
  if (Array.isArray(a) && Array.isArray(b)) return itemsOrdered(run, operator, a, b);
  if (a instanceof Tuple && b instanceof Tuple) return itemsOrdered(run, operator, a.items, b.items);
  for (const side of [a, b]) if (side instanceof Undefined) throw undefinedError(side.problem);
  if (a instanceof PyObject && b instanceof PyObject && a.typeName.startsWith("dict_")) {
    throw unsupported("Comparing views of dictionaries");
  }
  throw typeError(`"${operator}" cannot compare ${typeName(a)} with ${typeName(b)}.`);
}

function holds(operator: Ordering, a: number | bigint, b: number | bigint): boolean {
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

function itemsOrdered(run: Run, operator: Ordering, a: readonly Py[], b: readonly Py[]): boolean {
  for (let index = 0; index < a.length && index < b.length; index++) {
    run.charge(1);
    if (!same(run, a[index]!, b[index]!)) return isOrdered(run, operator, a[index]!, b[index]!);
  }
  return holds(operator, a.length, b.length);
}

/** For stable sorting; asks only for `<`, as Python's sort does. */
export function compareForSort(run: Run, a: Py, b: Py): number {
  run.charge(1);
  if (isOrdered(run, "<", a, b)) return -1;
  return isOrdered(run, "<", b, a) ? 1 : 0;
}
