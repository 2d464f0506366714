import { isObject, type Value } from "@diwan/workflow";
import { z } from "zod";

/** A selector as app files hold it: a list of at least one text. */
export const SelectorField = z.array(z.string()).min(1);

/** Lists that files leave out or set to null are empty. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);
}

/** Texts that files leave out or set to null are "". */
export const textOrEmpty = z
  .string()
  .nullish()
  .transform((text) => text ?? "");

/** Any value of an app file, numbers of both kinds included. */
export const AnyValue = z.custom<Value>(() => true);

export const AnyObject = z.custom<Record<string, Value>>((value) => isObject(value as Value), "must be a mapping");

/** What values that a step declares by itself can be: those of loops, and what programs return. */
export const declaredTypes = [
  "string",
  "number",
  "object",
  "boolean",
  "array[string]",
  "array[number]",
  "array[object]",
  "array[boolean]",
] as const;
