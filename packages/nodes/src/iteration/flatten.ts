import type { Value } from "@diwan/workflow";

/** One level less, where every result that is not null is a list and at least one is; nulls are dropped then. */
export function flattened(results: Value[]): Value[] {
  const lists = results.filter((result) => result !== null);
  if (lists.length === 0 || !lists.every((result) => Array.isArray(result))) return results;
  return lists.flat();
}
