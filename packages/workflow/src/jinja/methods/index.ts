import { Float } from "../../values/index.ts";
import { unsupported } from "../errors.ts";
import { Callable, Group, Markup, type Py, PyIterator, Tuple } from "../runtime/data.ts";
import { Dict } from "../runtime/dict.ts";
import { isWhole } from "../runtime/numbers.ts";
import { DictView, Range } from "../runtime/objects.ts";
import { typeName } from "../runtime/types.ts";
import { dictMethods } from "./dicts.ts";
import { listMethods, tupleMethods } from "./lists.ts";
import { markupMethods } from "./markup.ts";
import type { Method, Methods } from "./method.ts";
import { floatAttribute, floatMethods, integerAttribute, integerMethods } from "./numbers.ts";
import { stringMethods, unsupportedStringMethods } from "./strings.ts";

/** What Python has on these types and we do not: a template that uses it must not silently see nothing. */
const uncovered: Record<string, string[]> = {
  str: unsupportedStringMethods,
  Markup: [...unsupportedStringMethods, "escape"],
  int: ["as_integer_ratio", "from_bytes", "to_bytes"],
  bool: ["as_integer_ratio", "from_bytes", "to_bytes"],
  float: ["as_integer_ratio", "fromhex", "hex"],
  range: ["count", "index"],
  dict_keys: ["isdisjoint", "mapping"],
  dict_values: ["mapping"],
  dict_items: ["isdisjoint", "mapping"],
  generator: ["close", "gi_code", "gi_frame", "gi_running", "gi_yieldfrom", "send", "throw"],
  type: [
    "mro",
    "fromkeys",
    "start",
    "stop",
    "step",
    "count",
    "index",
    "keys",
    "values",
    "items",
    "get",
    "next",
    "reset",
    "current",
  ],
};

/** The method or attribute of a built-in value; undefined where Python's type has none of that name. */
export function methodOf(value: Py, name: string): Py | undefined {
  if (typeof value === "string") return bound(stringMethods, value, name) ?? refuse(value, name);
  if (value instanceof Markup)
    return bound(markupMethods, value, name) ?? bound(stringMethods, value, name) ?? refuse(value, name);
  if (Array.isArray(value)) return bound(listMethods, value, name);
  if (value instanceof Dict) return bound(dictMethods, value, name);
  if (value instanceof Group && name === "grouper") return value.items[0];
  if (value instanceof Group && name === "list") return value.items[1];
  if (value instanceof Tuple) return bound(tupleMethods, value, name);
  if (value === null) return undefined;
  if (typeof value === "boolean" || typeof value === "bigint" || (typeof value === "number" && isWhole(value))) {
    return integerAttribute(value, name) ?? bound(integerMethods, value, name) ?? refuse(value, name);
  }
  if (typeof value === "number" || value instanceof Float) {
    return floatAttribute(value, name) ?? bound(floatMethods, value, name) ?? refuse(value, name);
  }
  if (value instanceof Range || value instanceof DictView || value instanceof PyIterator || value instanceof Callable)
    return refuse(value, name);
  return undefined;
}

function bound<Self>(methods: Methods<Self>, self: Self, name: string): Callable | undefined {
  const found: Method<Self> | undefined = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (found === undefined) return undefined;
  return new Callable(name, (run, positional, named) => {
    // Work on a long text or list counts for more than the call.
    if (typeof self === "string") run.chargeText(self.length);
    return found(run, self, positional, named);
  });
}

function refuse(value: Py, name: string): undefined {
  const type = typeName(value);
  if (Object.hasOwn(uncovered, type) && uncovered[type]!.includes(name)) throw unsupported(`"${name}" of ${type}`);
  return undefined;
}
