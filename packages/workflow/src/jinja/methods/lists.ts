import { lookupError, typeError, valueError } from "../errors.ts";
import { compareForSort, same } from "../runtime/compare.ts";
import { Callable, noNames, orElse, type Py, type Tuple } from "../runtime/data.ts";
import type { Run } from "../runtime/run.ts";
import { listOf } from "../runtime/sequences.ts";
import { wantFlag, wantInteger } from "./arguments.ts";
import { type Methods, method } from "./method.ts";

/** Methods of `list`; most change it in place and give none. */
export const listMethods: Methods<Py[]> = {
  append: method("append", [["object"]], (_run, self, [item]) => {
    self.push(item!);
    return null;
  }),
  extend: method("extend", [["iterable"]], (run, self, [items]) => {
    for (const item of listOf(run, items!)) self.push(item);
    return null;
  }),
  insert: method("insert", [["index"], ["object"]], (run, self, [index, item]) => {
    run.charge(self.length / 8);
    self.splice(wantInteger('"insert"', index), 0, item!);
    return null;
  }),
  pop: method("pop", [["index", -1]], (run, self, [given]) => {
    run.charge(self.length / 64);
    const index = wantInteger('"pop"', given);
    const position = index < 0 ? index + self.length : index;
    if (position < 0 || position >= self.length) throw lookupError('"pop" finds no item there.');
    return self.splice(position, 1)[0]!;
  }),
  remove: method("remove", [["value"]], (run, self, [value]) => {
    self.splice(positionOf(run, self, value!, 0, self.length), 1);
    return null;
  }),
  clear: method("clear", [], (_run, self) => {
    self.length = 0;
    return null;
  }),
  copy: method("copy", [], (run, self) => listOf(run, self)),
  reverse: method("reverse", [], (run, self) => {
    run.charge(self.length / 8);
    self.reverse();
    return null;
  }),
  sort: (run, self, positional, named) => {
    if (positional.length > 0) throw typeError('"sort" of a list takes named arguments only.');
    for (const name of named.keys()) {
      if (name !== "key" && name !== "reverse") throw typeError(`"sort" of a list takes no argument named "${name}".`);
    }
    const key = orElse(named.get("key"), null);
    if (key !== null && !(key instanceof Callable)) throw typeError('"key" of "sort" has to be callable.');
    const keyed = self.map((item) => ({ item, key: key === null ? item : key.call(run, [item], noNames) }));
    const direction = wantFlag('"reverse"', orElse(named.get("reverse"), false)) ? -1 : 1;
    keyed.sort((a, b) => direction * compareForSort(run, a.key, b.key));
    keyed.forEach(({ item }, index) => {
      self[index] = item;
    });
    return null;
  },
  count: method("count", [["value"]], (run, self, [value]) => countOf(run, self, value!)),
  index: method("index", [["value"], ["start", 0], ["stop", null]], (run, self, [value, start, stop]) =>
    positionOf(
      run,
      self,
      value!,
      wantInteger('"index"', start),
      stop === null ? self.length : wantInteger('"index"', stop),
    ),
  ),
};

export const tupleMethods: Methods<Tuple> = {
  count: method("count", [["value"]], (run, self, [value]) => countOf(run, self.items, value!)),
  index: method("index", [["value"], ["start", 0], ["stop", null]], (run, self, [value, start, stop]) =>
    positionOf(
      run,
      self.items,
      value!,
      wantInteger('"index"', start),
      stop === null ? self.items.length : wantInteger('"index"', stop),
    ),
  ),
};

function countOf(run: Run, items: readonly Py[], value: Py): number {
  run.charge(items.length / 8);
  return items.filter((item) => same(run, item, value)).length;
}

function positionOf(run: Run, items: readonly Py[], value: Py, start: number, stop: number): number {
  run.charge(items.length / 8);
  const from = start < 0 ? Math.max(0, start + items.length) : start;
  const to = stop < 0 ? stop + items.length : Math.min(stop, items.length);
  for (let index = from; index < to; index++) if (same(run, items[index]!, value)) return index;
  throw valueError("The list does not hold what is looked for.");
}
