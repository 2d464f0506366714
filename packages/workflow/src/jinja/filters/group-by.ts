import { isTrue, same } from "../runtime/compare.ts";
import { Group, type Py } from "../runtime/data.ts";
import { listOf } from "../runtime/sequences.ts";
import { attributeGetter } from "./attribute-path.ts";
import { filter } from "./filter.ts";
import { sorted } from "./sequences.ts";

/** Sorts items by an attribute and gives each of its values with the items that have it. */
export const groupBy = filter(
  "groupby",
  [["attribute"], ["default", null], ["case_sensitive", false]],
  (run, value, [attribute, fallback, caseSensitive]) => {
    const exact = isTrue(run, caseSensitive!);
    const key = attributeGetter(run, attribute!, { fallback: fallback!, ignoreCase: !exact });
    const label = attributeGetter(run, attribute!, { fallback: fallback! });
    const groups: { key: Py; items: Py[] }[] = [];
    for (const item of sorted(run, listOf(run, value), key, false)) {
      const itemKey = key(item);
      const current = groups.at(-1);
      if (current !== undefined && same(run, current.key, itemKey)) current.items.push(item);
      else groups.push({ key: itemKey, items: [item] });
    }
    // Without regard to case a group is called as its first item spells it.
    return groups.map((group) => new Group(exact ? group.key : label(group.items[0]!), group.items));
  },
);
