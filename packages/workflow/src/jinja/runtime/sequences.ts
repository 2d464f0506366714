import { typeError } from "../errors.ts";
import { characters, countCharacters } from "../python/code-points.ts";
import { type Py, PyObject, Tuple, Undefined } from "./data.ts";
import { Dict } from "./dict.ts";
import type { Run } from "./run.ts";
import { isText, textOf, typeName } from "./types.ts";

/** Python's `len`; undefined where there is none. Objects without a length are true, so `isTrue` may use it as well. */
export function length(run: Run, value: Py): number | undefined {
  if (isText(value)) {
    const text = textOf(value);
    run.chargeText(text.length);
    return countCharacters(text);
  }
  if (Array.isArray(value)) return value.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Undefined) return 0;
  return value instanceof PyObject ? value.length(run) : undefined;
}

/** Python's `iter`. A list that grows while it is walked through is followed to its new end. */
export function iterate(run: Run, value: Py): Iterator<Py> {
  if (Array.isArray(value)) return value[Symbol.iterator]();
  if (isText(value)) {
    const text = textOf(value);
    run.chargeText(text.length);
    return characters(text)[Symbol.iterator]();
  }
  if (value instanceof Dict) return dictKeys(value);
  if (value instanceof Tuple) return value.items[Symbol.iterator]();
  if (value instanceof Undefined) return [][Symbol.iterator]();
  const items = value instanceof PyObject ? value.iterate(run) : undefined;
  if (items === undefined) throw typeError(`A value of type ${typeName(value)} cannot be looped over.`);
  return items;
}

/** All items of something iterable, as a new list. */
export function listOf(run: Run, value: Py): Py[] {
  if (Array.isArray(value)) {
    run.charge(value.length / 8);
    return value.slice();
  }
  const items: Py[] = [];
  for (const item of walk(run, value)) items.push(item);
  return items;
}

/** The items one by one, each counted as work. */
export function* walk(run: Run, value: Py): Generator<Py, undefined> {
  const items = iterate(run, value);
  for (let step = items.next(); step.done !== true; step = items.next()) {
    run.charge(0.25);
    yield step.value;
  }
}

function dictKeys(dict: Dict): Iterator<Py> {
  return unchanged(dict, dict.keys());
}

/** Python stops a loop over a dict that changes its size. */
export function* unchanged<Item>(dict: Dict, items: Iterable<Item>): Generator<Item, undefined> {
  const { size } = dict;
  for (const item of items) {
    yield item;
    if (dict.size !== size) throw typeError("A dictionary changed its size while it was looped over.");
  }
}
