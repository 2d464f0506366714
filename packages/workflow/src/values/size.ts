import { Float } from "./float.ts";
import type { Value } from "./value.ts";

/**
 * Whether a value's JSON would be larger than that in UTF-8, near enough for a limit: escapes are not counted. Stops at the
 * limit, and needs no stack for deep values.
 */
export function isLargerThan(value: Value | Readonly<Record<string, Value>>, bytes: number): boolean {
  const pending: Value[] = [value as Value];
  let size = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") size += bytesOf(next, bytes - size) + 2;
    else if (next === null || typeof next !== "object" || next instanceof Float) size += 8;
    else if (Array.isArray(next)) {
      size += next.length;
      // A list can hold more items than a call takes arguments.
      if (size <= bytes) for (const item of next) pending.push(item);
    } else {
      for (const [key, inner] of Object.entries(next)) {
        size += bytesOf(key, bytes - size) + 4;
        pending.push(inner);
      }
    }
    if (size > bytes) return true;
  }
  return false;
}

/** Not counted to its end where it is too long anyhow. */
function bytesOf(text: string, room: number): number {
  if (text.length > room) return text.length;
  let count = text.length;
  for (let place = 0; place < text.length; place += 1) {
    const unit = text.charCodeAt(place);
    // A pair of surrogates is two units and four bytes.
    if (unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff)) count += 2;
    else if (unit >= 0x80) count += 1;
  }
  return count;
}
