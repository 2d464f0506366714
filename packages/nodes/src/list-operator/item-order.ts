import type { FileValue, Value } from "@diwan/workflow";
import { compareTexts } from "../shared/compare-texts.ts";
import { comparable } from "../shared/python-values.ts";
import { fileKey } from "./file-keys.ts";
import type { ItemType } from "./item-filter.ts";

/**
 * A new list in order; items that are equal keep their places, also in descending order.
 *
 * @param key  Of files: the attribute to order by.
 * @throws ListError for an attribute that files do not have.
 */
export function ordered(items: readonly Value[], type: ItemType, key: string, direction: "asc" | "desc"): Value[] {
  const compare = comparison(type, key);
  return items.toSorted(direction === "asc" ? compare : (a, b) => compare(b, a));
}

function comparison(type: ItemType, key: string): (a: Value, b: Value) => number {
  if (type === "string") return (a, b) => compareTexts(a as string, b as string);
  if (type !== "file") return compareNumbers;
  const attribute = fileKey(key);
  if (attribute.kind === "number") return (a, b) => attribute.read(a as FileValue) - attribute.read(b as FileValue);
  return (a, b) => compareTexts(attribute.read(a as FileValue), attribute.read(b as FileValue));
}

function compareNumbers(a: Value, b: Value): number {
  const [left, right] = [comparable(a)!, comparable(b)!];
  return left < right ? -1 : left > right ? 1 : 0;
}
