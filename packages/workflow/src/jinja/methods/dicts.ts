import { lookupError, typeError, undefinedError, valueError } from "../errors.ts";
import { type Named, orElse, type Py, Tuple, Undefined } from "../runtime/data.ts";
import { Dict } from "../runtime/dict.ts";
import { DictView } from "../runtime/objects.ts";
import type { Run } from "../runtime/run.ts";
import { listOf, walk } from "../runtime/sequences.ts";
import { type Methods, method } from "./method.ts";

// Stands for "no default given", which is different from a default of none.
const absent = new Undefined("");

/** Methods of `dict`. */
export const dictMethods: Methods<Dict> = {
  keys: method("keys", [], (_run, self) => new DictView(self, "keys")),
  values: method("values", [], (_run, self) => new DictView(self, "values")),
  items: method("items", [], (_run, self) => new DictView(self, "items")),
  get: method("get", [["key"], ["default", null]], (_run, self, [key, fallback]) => orElse(self.get(key!), fallback!)),
  setdefault: method("setdefault", [["key"], ["default", null]], (_run, self, [key, fallback]) => {
    const found = self.get(key!);
    if (found === undefined) self.set(key!, fallback!);
    return orElse(found, fallback!);
  }),
  pop: method("pop", [["key"], ["default", absent]], (_run, self, [key, fallback]) => {
    const found = orElse(self.get(key!), fallback!);
    if (found === absent) throw lookupError('"pop" finds no such key in the dictionary.');
    self.delete(key!);
    return found;
  }),
  popitem: method("popitem", [], (_run, self) => {
    const last = [...self.entries()].at(-1);
    if (last === undefined) throw lookupError("The dictionary is empty.");
    self.delete(last[0]);
    return new Tuple(last);
  }),
  update: (run, self, positional, named) => {
    if (positional.length > 1) throw typeError('"update" takes at most one argument that is not named.');
    updateDict(run, self, positional[0], named);
    return null;
  },
  clear: method("clear", [], (_run, self) => {
    self.clear();
    return null;
  }),
  copy: method("copy", [], (run, self) => {
    run.charge(self.size / 8);
    return Dict.of(self.entries());
  }),
  fromkeys: method("fromkeys", [["iterable"], ["value", null]], (run, _self, [keys, value]) =>
    Dict.of([...walk(run, keys!)].map((key) => [key, value!] as [Py, Py])),
  ),
};

/** Python's `dict(source, **named)`, into a dict that is already there: the source is a dict or a list of pairs. */
export function updateDict(run: Run, dict: Dict, source: Py | undefined, named: Named): void {
  if (source instanceof Undefined) throw undefinedError(source.problem);
  if (source instanceof Dict) {
    run.charge(source.size / 8);
    for (const [key, value] of [...source.entries()]) dict.set(key, value);
  } else if (source !== undefined) {
    for (const item of walk(run, source)) {
      const pair = listOf(run, item);
      if (pair.length !== 2) throw valueError("A dictionary is made from pairs.");
      dict.set(pair[0]!, pair[1]!);
    }
  }
  for (const [name, value] of named) dict.set(name, value);
}
