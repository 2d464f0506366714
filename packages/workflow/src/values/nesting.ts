import { ValueErrors } from "./errors.ts";
import { Float } from "./float.ts";
import type { Value } from "./value.ts";

/**
 * Levels that a value from outside may have. Everything here that walks values calls itself for each level; from about
 * 2,000 on that is more than the stack holds.
 */
export const MAX_NESTING = 500;

/** Levels for values of ours, with room for what journals and events put around them. */
export const MAX_OWN_NESTING = 600;

/** Whether lists and mappings stand in each other more than so many levels deep. */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null || value instanceof Float) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (isNestedDeeper(item, levels - 1)) return true;
    return false;
  }
  for (const key in value) {
    if (isNestedDeeper((value as { [key: string]: Value })[key], levels - 1)) return true;
  }
  return false;
}

/**
 * Runs something that calls itself once for each level of a value.
 *
 * @throws value.nested-too-deep (author) where the stack does not hold it.
 */
export function withinStack<Result>(walk: () => Result): Result {
  try {
    return walk();
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    throw ValueErrors["nested-too-deep"]({}, { cause: error });
  }
}

export function isStackOverflow(error: unknown): boolean {
  // Firefox has an error class and a wording of its own.
  return error instanceof Error && /call stack|too much recursion/.test(error.message);
}
