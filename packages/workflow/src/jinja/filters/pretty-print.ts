import { unsupported } from "../errors.ts";
import { compareForSort } from "../runtime/compare.ts";
import { type Py, Tuple } from "../runtime/data.ts";
import { Dict } from "../runtime/dict.ts";
import type { Run } from "../runtime/run.ts";
import { repr } from "../runtime/text.ts";
import { filter } from "./filter.ts";

/** Python's `pformat`, as long as everything fits on one line of 80 characters. */
export const prettyPrint = filter("pprint", [], (run, value) => {
  const text = repr(run, sortedDeep(run, value));
  if (text.length > 80) throw unsupported('The filter "pprint" of more than one line');
  return text;
});

function sortedDeep(run: Run, value: Py, depth = 0): Py {
  if (depth > 50) throw unsupported('The filter "pprint" of deeply nested data');
  if (Array.isArray(value)) return value.map((item) => sortedDeep(run, item, depth + 1));
  if (value instanceof Tuple) return new Tuple(value.items.map((item) => sortedDeep(run, item, depth + 1)));
  if (!(value instanceof Dict)) return value;
  const keys = [...value.keys()];
  // Keys of several kinds are ordered by the names of their types; that is not covered.
  if (!keys.every((key) => typeof key === "string") && !keys.every((key) => typeof key === "number")) {
    throw unsupported('The filter "pprint" of a dictionary with mixed keys');
  }
  const entries = [...value.entries()].sort(([a], [b]) => compareForSort(run, a, b));
  return Dict.of(entries.map(([key, item]) => [key, sortedDeep(run, item, depth + 1)] as [Py, Py]));
}
