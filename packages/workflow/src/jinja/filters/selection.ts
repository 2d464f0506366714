import { typeError } from "../errors.ts";
import { isTrue } from "../runtime/compare.ts";
import { type Named, noNames, type Py, PyIterator } from "../runtime/data.ts";
import type { Run } from "../runtime/run.ts";
import { walk } from "../runtime/sequences.ts";
import { isText, textOf } from "../runtime/types.ts";
import { applyTest } from "../tests/index.ts";
import { attributeGetter } from "./attribute-path.ts";
import type { Filter } from "./filter.ts";

/** Filters that keep some items, by a test on the item or on one of its attributes. They work as someone asks for items. */
export const selectionFilters: Record<string, Filter> = {
  select: selection("select", true, false),
  reject: selection("reject", false, false),
  selectattr: selection("selectattr", true, true),
  rejectattr: selection("rejectattr", false, true),
};

function selection(name: string, wanted: boolean, byAttribute: boolean): Filter {
  return (run, value, positional, named) =>
    new PyIterator(selected(run, name, value, positional, named, wanted, byAttribute));
}

function* selected(
  run: Run,
  name: string,
  value: Py,
  positional: Py[],
  named: Named,
  wanted: boolean,
  byAttribute: boolean,
): Generator<Py, undefined> {
  if (!isTrue(run, value)) return;
  const passes = predicate(run, name, positional, named, byAttribute);
  for (const item of walk(run, value)) {
    run.charge(1);
    if (passes(item) === wanted) yield item;
  }
}

function predicate(
  run: Run,
  name: string,
  positional: Py[],
  named: Named,
  byAttribute: boolean,
): (item: Py) => boolean {
  const rest = positional.slice();
  let subject = (item: Py) => item;
  if (byAttribute) {
    if (rest.length === 0) throw typeError(`The filter "${name}" needs the name of an attribute.`);
    subject = attributeGetter(run, rest.shift()!);
  }
  if (rest.length === 0) return (item) => isTrue(run, subject(item));
  const test = rest.shift()!;
  if (!isText(test)) throw typeError(`The filter "${name}" needs the name of a test.`);
  return (item) => applyTest(run, textOf(test), subject(item), rest, named.size === 0 ? noNames : named);
}
