import { typeError, undefinedError, unsupported } from "../errors.ts";
import { formatPercent } from "../python/percent-format.ts";
import type { BinaryOperator } from "../syntax/ast.ts";
import { same } from "./compare.ts";
import { Markup, type Py, PyObject, Tuple, Undefined } from "./data.ts";
import { Dict } from "./dict.ts";
import { add, divide, floorDivide, isNumber, isWhole, modulo, multiply, negate, power, subtract } from "./numbers.ts";
import { DictView, Range } from "./objects.ts";
import type { Run } from "./run.ts";
import { walk } from "./sequences.ts";
import { escaped, textLike } from "./text.ts";
import { isText, textOf, typeName } from "./types.ts";

const arithmetic = { "+": add, "-": subtract, "*": multiply, "/": divide, "//": floorDivide, "%": modulo, "**": power };

/** Python's arithmetic on any two values. */
export function operate(run: Run, operator: BinaryOperator, a: Py, b: Py): Py {
  if (isNumber(a) && isNumber(b)) return arithmetic[operator](a, b);
  if ((a instanceof DictView || b instanceof DictView) && operator === "-")
    throw unsupported('"-" between views of dictionaries');
  // Escaped text multiplies by itself, and asks the other side nothing.
  if (a instanceof Markup && operator === "*" && b instanceof Undefined)
    throw typeError('"*" does not work between Markup and Undefined.');
  for (const side of [a, b]) {
    if (side instanceof Undefined && !(operator === "%" && isText(a))) throw undefinedError(side.problem);
  }
  const result = operator === "+" ? join(run, a, b) : operator === "*" ? repeat(run, a, b) : undefined;
  if (result !== undefined) return result;
  if (operator === "%" && isText(a)) return formatText(run, a, b);
  throw typeError(`"${operator}" does not work between ${typeName(a)} and ${typeName(b)}.`);
}

function join(run: Run, a: Py, b: Py): Py | undefined {
  if (typeof a === "string" && typeof b === "string") {
    run.reserve(a.length + b.length);
    return a + b;
  }
  if (isText(a) && isText(b)) return new Markup(run.text(escaped(run, a) + escaped(run, b)));
  if (Array.isArray(a) && Array.isArray(b)) {
    run.charge((a.length + b.length) / 8);
    return [...a, ...b];
  }
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple([...a.items, ...b.items]);
  return undefined;
}

function repeat(run: Run, a: Py, b: Py): Py | undefined {
  if (isWhole(a)) return isWhole(b) ? undefined : repeat(run, b, a);
  if (!isWhole(b)) return undefined;
  if (!isText(a) && !Array.isArray(a) && !(a instanceof Tuple)) return undefined;
  if (typeof b === "bigint") throw unsupported("Repeating this often");
  const times = Math.max(0, Number(b));
  if (isText(a)) {
    run.reserve(textOf(a).length * times);
    return textLike(run, a, textOf(a).repeat(textOf(a) === "" ? 0 : times));
  }
  return Array.isArray(a) ? repeatItems(run, a, times) : new Tuple(repeatItems(run, a.items, times));
}

function repeatItems(run: Run, items: readonly Py[], times: number): Py[] {
  if (items.length === 0) return [];
  run.charge((items.length * times) / 8);
  const all: Py[] = [];
  for (let round = 0; round < times; round++) for (const item of items) all.push(item);
  return all;
}

function formatText(run: Run, template: string | Markup, value: Py): Py {
  const safe = template instanceof Markup;
  return textLike(run, template, formatPercent(run, textOf(template), value, safe));
}

/** `-value` and `+value`. */
export function sign(operator: "-" | "+", value: Py): Py {
  if (isNumber(value)) return operator === "-" ? negate(value) : typeof value === "boolean" ? Number(value) : value;
  if (value instanceof Undefined) throw undefinedError(value.problem);
  throw typeError(`"${operator}" does not work on ${typeName(value)}.`);
}

/** `item in container`. */
export function contains(run: Run, container: Py, item: Py): boolean {
  if (isText(container)) {
    if (!isText(item)) throw typeError(`"in" on a text looks for texts, not for ${typeName(item)}.`);
    run.chargeText(textOf(container).length);
    return textOf(container).includes(textOf(item));
  }
  if (container instanceof Dict) return container.has(item);
  if (container instanceof DictView && container.part === "keys") return container.dict.has(item);
  if (container instanceof Range && isWhole(item)) return inRange(container, Number(item));
  if (!isContainer(container)) throw typeError(`"in" does not work on ${typeName(container)}.`);
  for (const candidate of walk(run, container)) if (same(run, candidate, item)) return true;
  return false;
}

function isContainer(value: Py): boolean {
  return Array.isArray(value) || value instanceof Tuple || value instanceof Undefined || value instanceof PyObject;
}

function inRange({ start, step, size }: Range, value: number): boolean {
  const index = (value - start) / step;
  return Number.isInteger(index) && index >= 0 && index < size;
}
