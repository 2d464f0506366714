import { Float, integer, type Value } from "../../values/index.ts";
import type { Py } from "./data.ts";
import { Dict } from "./dict.ts";
import type { Run } from "./run.ts";

/** A copy of a variable for the template to work on: what it changes in place stays its own. */
export function fromValue(run: Run, value: Value): Py {
  if (typeof value === "number")
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value + 0;
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? integer(value) : value;
  if (value instanceof Float) return value;
  if (Array.isArray(value)) {
    run.charge(value.length / 8);
    return value.map((item) => fromValue(run, item));
  }
  const dict = new Dict();
  for (const [key, item] of Object.entries(value as { [key: string]: Value })) dict.set(key, fromValue(run, item));
  run.charge(dict.size / 8);
  return dict;
}
