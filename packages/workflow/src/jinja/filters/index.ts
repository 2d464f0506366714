import { typeError, undefinedError, unsupported } from "../errors.ts";
import { wantText } from "../methods/arguments.ts";
import { missingAttribute, nativeAttribute } from "../runtime/attributes.ts";
import { isTrue } from "../runtime/compare.ts";
import { type Named, noNames, type Py, PyIterator, Undefined } from "../runtime/data.ts";
import type { Run } from "../runtime/run.ts";
import { walk } from "../runtime/sequences.ts";
import { isText, textOf } from "../runtime/types.ts";
import { attributeGetter } from "./attribute-path.ts";
import { type Filter, filter } from "./filter.ts";
import { groupBy } from "./group-by.ts";
import { markupFilters } from "./markup.ts";
import { numberFilters } from "./numbers.ts";
import { prettyPrint } from "./pretty-print.ts";
import { selectionFilters } from "./selection.ts";
import { sequenceFilters } from "./sequences.ts";
import { textFilters } from "./text.ts";

const defaultFilter = filter(
  "default",
  [
    ["default_value", ""],
    ["boolean", false],
  ],
  (run, value, [fallback, boolean]) =>
    value instanceof Undefined || (isTrue(run, boolean!) && !isTrue(run, value)) ? fallback! : value,
);

const filters: ReadonlyMap<string, Filter> = new Map(
  Object.entries({
    ...textFilters,
    ...numberFilters,
    ...sequenceFilters,
    ...selectionFilters,
    ...markupFilters,
    groupby: groupBy,
    pprint: prettyPrint,
    default: defaultFilter,
    d: defaultFilter,
    attr: filter("attr", [["name"]], (run, value, [name]) => {
      const wanted = wantText('"attr"', name);
      const found = nativeAttribute(run, value, wanted);
      return found === undefined ? missingAttribute(value, wanted) : found;
    }),
    map: (run: Run, value: Py, positional: Py[], named: Named) => new PyIterator(mapped(run, value, positional, named)),
  }),
);

/** A filter by name; undefined where Jinja2 has none of that name either. */
export function findFilter(name: string): Filter | undefined {
  const found = filters.get(name);
  if (found === undefined) return undefined;
  return (run, value, positional, named) => {
    if (typeof value === "string") run.chargeText(value.length);
    return found(run, value, positional, named);
  };
}

/** Applies a filter that a template names at run time. */
function applyFilter(run: Run, name: string, value: Py, positional: Py[], named: Named): Py {
  const found = filters.get(name);
  if (found === undefined) throw typeError(`There is no filter "${name}".`);
  return found(run, value, positional, named);
}

function* mapped(run: Run, value: Py, positional: Py[], named: Named): Generator<Py, undefined> {
  if (!isTrue(run, value)) return;
  const convert = mapping(run, positional, named);
  for (const item of walk(run, value)) {
    run.charge(1);
    yield convert(item);
  }
}

function mapping(run: Run, positional: Py[], named: Named): (item: Py) => Py {
  const attribute = named.get("attribute");
  if (positional.length === 0 && attribute !== undefined) {
    for (const name of named.keys()) {
      if (name !== "attribute" && name !== "default")
        throw typeError(`The filter "map" takes no argument named "${name}".`);
    }
    return attributeGetter(run, attribute, { fallback: named.get("default") ?? null });
  }
  const [name, ...rest] = positional;
  if (name === undefined) throw typeError('The filter "map" needs the name of a filter or an attribute.');
  if (name instanceof Undefined) throw undefinedError(name.problem);
  if (!isText(name)) throw unsupported('The filter "map" with something that is no name');
  return (item) => applyFilter(run, textOf(name), item, rest, named.size === 0 ? noNames : named);
}
