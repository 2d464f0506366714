import { stringRepr } from "../../values/python-text.ts";
import { isPythonError, undefinedError, unsupported } from "../errors.ts";
import { methodOf } from "../methods/index.ts";
import { type Py, PyObject, Undefined } from "./data.ts";
import { Dict } from "./dict.ts";
import { isWhole } from "./numbers.ts";
import { Namespace } from "./objects.ts";
import type { Run } from "./run.ts";
import { subscript } from "./subscripts.ts";
import { isText, textOf, typeName } from "./types.ts";

/**
 * `object.name`: an attribute or method first, then an item of a dict with that key, then undefined.
 *
 * Only data of the template and the methods listed in `methods/` can be reached, never anything of JavaScript.
 */
export function getAttribute(run: Run, object: Py, name: string): Py {
  let found = nativeAttribute(run, object, name);
  if (found === undefined && object instanceof Dict) found = object.get(name);
  return found === undefined ? missingAttribute(object, name) : found;
}

/** `object[key]`: an item first, then an attribute of that name, then undefined. */
export function getItem(run: Run, object: Py, key: Py): Py {
  if (object instanceof Dict && typeof key === "string") {
    const found = object.get(key);
    if (found !== undefined) return found;
  } else {
    if (object instanceof Undefined) throw undefinedError(object.problem);
    try {
      return subscript(run, object, key);
    } catch (error) {
      if (!isPythonError(error, "TypeError", "LookupError")) throw error;
    }
  }
  if (!isText(key)) return missingItem(object, key);
  const found = nativeAttribute(run, object, textOf(key));
  return found === undefined ? missingAttribute(object, textOf(key)) : found;
}

/** What Python's `getattr` finds; undefined where it raises AttributeError. */
export function nativeAttribute(run: Run, object: Py, name: string): Py | undefined {
  if (object instanceof Undefined) throw undefinedError(object.problem);
  if (object instanceof Namespace) return object.attribute(run, name);
  if (name.startsWith("__") && name.endsWith("__")) throw unsupported(`The attribute "${name}"`);
  const own = object instanceof PyObject ? object.attribute(run, name) : undefined;
  return own === undefined ? methodOf(object, name) : own;
}

export function missingAttribute(object: Py, name: string): Undefined {
  return new Undefined(`${describe(object)} has no attribute ${stringRepr(name)}`);
}

function missingItem(object: Py, key: Py): Undefined {
  const what = isWhole(key) ? `element ${key}` : "such element";
  return new Undefined(`${describe(object)} has no ${what}`);
}

function describe(object: Py): string {
  return object === null ? "'None'" : `'${typeName(object)} object'`;
}
