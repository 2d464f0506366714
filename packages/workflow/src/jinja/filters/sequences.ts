import { typeError, undefinedError, unsupported, valueError } from "../errors.ts";
import { wantFlag, wantInteger } from "../methods/arguments.ts";
import { joinTexts } from "../methods/strings.ts";
import { characters } from "../python/code-points.ts";
import { compareForSort, isOrdered, isTrue, same } from "../runtime/compare.ts";
import { Markup, orElse, type Py, PyIterator, Tuple, Undefined } from "../runtime/data.ts";
import { Dict, hashOf } from "../runtime/dict.ts";
import { DictView, Range } from "../runtime/objects.ts";
import { operate } from "../runtime/operators.ts";
import type { Run } from "../runtime/run.ts";
import { iterate, length, listOf, walk } from "../runtime/sequences.ts";
import { escaped, softStr, str, textLike } from "../runtime/text.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";
import { attributeGetter, sortKeyGetter } from "./attribute-path.ts";
import { type Filter, filter } from "./filter.ts";

/** Filters about the order and grouping of items. Those that Python writes as generators are iterators here, too. */
export const sequenceFilters: Record<string, Filter> = {
  first: filter("first", [], (run, value) => {
    const first = iterate(run, value).next();
    return first.done === true ? new Undefined("There is no first item, as there are no items.") : first.value;
  }),
  last: filter("last", [], (run, value) => {
    const last = reversed(run, value).next();
    return last.done === true ? new Undefined("There is no last item, as there are no items.") : last.value;
  }),
  length: filter("length", [], lengthFilter),
  count: filter("count", [], lengthFilter),
  list: filter("list", [], (run, value) => listOf(run, value)),
  reverse: filter("reverse", [], (run, value) => {
    if (isText(value)) return textLike(run, value, characters(textOf(value)).reverse().join(""));
    if (canReverse(value)) return new PyIterator(reversed(run, value), "reversed");
    return listOf(run, value).reverse();
  }),
  sort: filter(
    "sort",
    [
      ["reverse", false],
      ["case_sensitive", false],
      ["attribute", null],
    ],
    (run, value, [reverse, caseSensitive, attribute]) => {
      const key = sortKeyGetter(run, attribute!, !isTrue(run, caseSensitive!));
      return sorted(run, listOf(run, value), key, wantFlag('"reverse"', reverse));
    },
  ),
  dictsort: filter(
    "dictsort",
    [
      ["case_sensitive", false],
      ["by", "key"],
      ["reverse", false],
    ],
    (run, value, [caseSensitive, by, reverse]) => {
      const position = isText(by!) ? ["key", "value"].indexOf(textOf(by)) : -1;
      if (position < 0) throw valueError('"dictsort" sorts by "key" or by "value".');
      if (value instanceof Undefined) throw undefinedError(value.problem);
      if (!(value instanceof Dict)) throw typeError(`"dictsort" does not work on ${typeName(value)}.`);
      const key = attributeGetter(run, position, { ignoreCase: !isTrue(run, caseSensitive!) });
      return sorted(run, listOf(run, new DictView(value, "items")), key, wantFlag('"reverse"', reverse));
    },
  ),
  items: filter("items", [], (run, value) => new PyIterator(itemsOf(run, value))),
  unique: filter(
    "unique",
    [
      ["case_sensitive", false],
      ["attribute", null],
    ],
    (run, value, [caseSensitive, attribute]) =>
      new PyIterator(unique(run, value, attribute!, !isTrue(run, caseSensitive!))),
  ),
  min: extreme("min", "<"),
  max: extreme("max", ">"),
  sum: filter(
    "sum",
    [
      ["attribute", null],
      ["start", 0],
    ],
    (run, value, [attribute, start]) => {
      if (isText(start!)) throw typeError('"sum" does not add texts.');
      const get = attributeGetter(run, attribute!);
      let total: Py = start!;
      for (const item of walk(run, value)) total = operate(run, "+", total, get(item));
      return total;
    },
  ),
  join: filter(
    "join",
    [
      ["d", ""],
      ["attribute", null],
    ],
    joinFilter,
  ),
  batch: filter(
    "batch",
    [["linecount"], ["fill_with", null]],
    (run, value, [size, fill]) => new PyIterator(batch(run, value, size!, fill!)),
  ),
  slice: filter(
    "slice",
    [["slices"], ["fill_with", null]],
    (run, value, [slices, fill]) => new PyIterator(sliced(run, value, slices!, fill!)),
  ),
  random: () => {
    throw unsupported('The filter "random"');
  },
};

function lengthFilter(run: Run, value: Py): Py {
  const found = length(run, value);
  if (found === undefined) throw typeError(`A value of type ${typeName(value)} has no length.`);
  return found;
}

function canReverse(value: Py): boolean {
  return (
    Array.isArray(value) ||
    value instanceof Dict ||
    value instanceof Tuple ||
    value instanceof Range ||
    value instanceof DictView ||
    value instanceof Undefined
  );
}

/** Python's `reversed`. */
function reversed(run: Run, value: Py): Iterator<Py> {
  if (!isText(value) && !canReverse(value))
    throw typeError(`A value of type ${typeName(value)} cannot be walked backwards.`);
  return listOf(run, value).reverse()[Symbol.iterator]();
}

/** Sorts by key, keeping the order of equal items in both directions. */
export function sorted(run: Run, items: Py[], key: (item: Py) => Py, reverse: boolean): Py[] {
  const direction = reverse ? -1 : 1;
  return items
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => direction * compareForSort(run, a.key, b.key))
    .map(({ item }) => item);
}

function* itemsOf(run: Run, value: Py): Generator<Py, undefined> {
  if (value instanceof Undefined) return;
  if (!(value instanceof Dict)) throw typeError(`"items" does not work on ${typeName(value)}.`);
  yield* walk(run, new DictView(value, "items"));
}

function* unique(run: Run, value: Py, attribute: Py, ignoreCase: boolean): Generator<Py, undefined> {
  const key = attributeGetter(run, attribute, { ignoreCase });
  const seen = new Set<unknown>();
  for (const item of walk(run, value)) {
    const hash = hashOf(key(item));
    if (seen.has(hash)) continue;
    seen.add(hash);
    yield item;
  }
}

function extreme(name: string, operator: "<" | ">"): Filter {
  return filter(
    name,
    [
      ["case_sensitive", false],
      ["attribute", null],
    ],
    (run, value, [caseSensitive, attribute]) => {
      const key = attributeGetter(run, attribute!, { ignoreCase: !isTrue(run, caseSensitive!) });
      let best: { item: Py; key: Py } | undefined;
      for (const item of walk(run, value)) {
        const candidate = { item, key: key(item) };
        if (best === undefined || isOrdered(run, operator, candidate.key, best.key)) best = candidate;
      }
      return orElse(best?.item, new Undefined("There is no aggregated item, as there are no items."));
    },
  );
}

function joinFilter(run: Run, value: Py, [separator, attribute]: Py[]): Py {
  const get = attributeGetter(run, attribute!);
  if (!run.autoescape) {
    const parts: string[] = [];
    for (const item of walk(run, value)) parts.push(str(run, get(item)));
    return joinTexts(run, str(run, separator!), parts);
  }
  const items = [...walk(run, value)].map((item) => softStr(run, get(item)));
  const between = softStr(run, separator!);
  if (!(between instanceof Markup) && !items.some((item) => item instanceof Markup)) {
    return joinTexts(run, between, items.map(textOf));
  }
  return new Markup(
    joinTexts(
      run,
      escaped(run, between),
      items.map((item) => escaped(run, item)),
    ),
  );
}

function* batch(run: Run, value: Py, size: Py, fill: Py): Generator<Py, undefined> {
  let current: Py[] = [];
  for (const item of walk(run, value)) {
    if (same(run, current.length, size)) {
      yield current;
      current = [];
    }
    current.push(item);
  }
  if (current.length === 0) return;
  if (fill !== null) {
    const isShort = isOrdered(run, "<", current.length, size);
    const missing = isShort ? wantInteger('"batch"', size) - current.length : 0;
    run.charge(Math.max(0, missing) / 8);
    for (let count = 0; count < missing; count++) current.push(fill);
  }
  yield current;
}

function* sliced(run: Run, value: Py, slices: Py, fill: Py): Generator<Py, undefined> {
  const items = listOf(run, value);
  const count = wantInteger('"slice"', slices);
  if (count === 0) throw valueError('"slice" needs at least one slice.');
  const size = Math.floor(items.length / count);
  const longer = ((items.length % count) + count) % count;
  let start = 0;
  for (let index = 0; index < count; index++) {
    run.charge(1);
    const end = start + size + (index < longer ? 1 : 0);
    const part = items.slice(start, end);
    if (fill !== null && index >= longer) part.push(fill);
    yield part;
    start = end;
  }
}
