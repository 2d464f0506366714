import { lookupError, typeError, undefinedError, unsupported, valueError } from "../errors.ts";
import { characters, countCharacters, hasSurrogates } from "../python/code-points.ts";
import { type Markup, type Py, PyObject, Tuple, Undefined } from "./data.ts";
import { Dict } from "./dict.ts";
import { isWhole } from "./numbers.ts";
import { Range } from "./objects.ts";
import type { Run } from "./run.ts";
import { textLike } from "./text.ts";
import { isText, textOf, typeName } from "./types.ts";

/** Python's `object[key]` for keys that are no slices; fails as Python does. */
export function subscript(run: Run, object: Py, key: Py): Py {
  if (object instanceof Dict) {
    const found = object.get(key);
    if (found === undefined) throw lookupError("The dictionary has no such key.");
    return found;
  }
  if (Array.isArray(object)) return itemAt(object, key);
  if (object instanceof Tuple) return itemAt(object.items, key);
  if (isText(object)) return characterAt(run, object, key);
  if (object instanceof Range) return object.at(position(object.size, key));
  throw typeError(`A value of type ${typeName(object)} has no items.`);
}

function itemAt(items: readonly Py[], key: Py): Py {
  return items[position(items.length, key)]!;
}

function characterAt(run: Run, text: string | Markup, key: Py): Py {
  const content = textOf(text);
  if (!hasSurrogates(content)) return textLike(run, text, content[position(content.length, key)]!);
  run.chargeText(content.length);
  const all = characters(content);
  return textLike(run, text, all[position(all.length, key)]!);
}

function position(size: number, key: Py): number {
  if (!isWhole(key)) throw typeError(`An index is an integer, not ${typeName(key)}.`);
  const index = Number(key);
  const found = index < 0 ? index + size : index;
  if (found < 0 || found >= size) throw lookupError(`There is no item at ${index}.`);
  return found;
}

type Bounds = [start: Py, stop: Py, step: Py];

/** Python's `object[start:stop:step]`. */
export function slice(run: Run, object: Py, bounds: Bounds): Py {
  if (isText(object)) {
    const content = textOf(object);
    run.chargeText(content.length);
    if (hasSurrogates(content)) return textLike(run, object, pick(characters(content), bounds).join(""));
    const { start, stop, step } = resolveBounds(content.length, bounds);
    if (step === 1) return textLike(run, object, content.slice(start, Math.max(start, stop)));
    return textLike(run, object, pick(content.split(""), bounds).join(""));
  }
  if (Array.isArray(object)) {
    run.charge(object.length / 8);
    return pick(object, bounds);
  }
  if (object instanceof Tuple) return new Tuple(pick(object.items, bounds));
  if (object instanceof Range) return sliceRange(object, bounds);
  if (object instanceof Undefined) throw undefinedError(object.problem);
  if (object instanceof Dict || !(object instanceof PyObject)) {
    throw typeError(`A value of type ${typeName(object)} cannot be sliced.`);
  }
  throw unsupported(`A slice of a ${object.typeName}`);
}

function sliceRange(range: Range, bounds: Bounds): Range {
  const { start, stop, step } = resolveBounds(range.size, bounds);
  return new Range(range.at(start), range.at(stop), range.step * step);
}

function pick<Item>(items: readonly Item[], bounds: Bounds): Item[] {
  const { start, stop, step } = resolveBounds(items.length, bounds);
  if (step === 1) return items.slice(start, Math.max(start, stop));
  const picked: Item[] = [];
  for (let index = start; step > 0 ? index < stop : index > stop; index += step) picked.push(items[index]!);
  return picked;
}

/** The bounds within `size` items: negative ones count from the end, those outside move to the edge. */
function resolveBounds(size: number, [start, stop, step]: Bounds): { start: number; stop: number; step: number } {
  const stride = step === null ? 1 : bound(step);
  if (stride === 0) throw valueError("The step of a slice cannot be zero.");
  const [low, high] = stride < 0 ? [-1, size - 1] : [0, size];
  const clamp = (value: Py, missing: number) => {
    if (value === null) return missing;
    const index = bound(value);
    return Math.min(Math.max(index < 0 ? index + size : index, low), high);
  };
  return { start: clamp(start, stride < 0 ? high : low), stop: clamp(stop, stride < 0 ? low : high), step: stride };
}

function bound(value: Py): number {
  if (!isWhole(value)) throw typeError(`The bound of a slice is an integer or none, not ${typeName(value)}.`);
  return Number(value);
}

/** The length of a text, for bounds given to its methods: `text.find(part, start, end)`. */
export function textBounds(text: string, start: Py, stop: Py): { start: number; stop: number } {
  return resolveBounds(countCharacters(text), [start, stop, null]);
}
