import { Float } from "./float.ts";
import type { Value } from "./value.ts";

/**
 * Whether a value's JSON would be larger than that, near enough for a limit: texts count their UTF-16 units. Stops at the
 * limit, and needs no stack for deep values.
 */
export function isLargerThan(value: Value | Readonly<Record<string, Value>>, bytes: number): boolean {
  const pending: Value[] = [value as Value];
  let size = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") size += next.length + 2;
    else if (next === null || typeof next !== "object" || next instanceof Float) size += 8;
    else if (Array.isArray(next)) {
      size += next.length;
      // A list can hold more items than a call takes arguments.
      if (size <= bytes) for (const item of next) pending.push(item);
    } else {
      for (const [key, inner] of Object.entries(next)) {
        size += key.length + 4;
        pending.push(inner);
      }
    }
    if (size > bytes) return true;
  }
  return false;
}
