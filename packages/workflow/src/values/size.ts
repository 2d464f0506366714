import { Float } from "./float.ts";
import type { Value } from "./value.ts";

/** Whether a value's JSON would be larger than that; see `sizeUpTo`. */
export function isLargerThan(value: Value | Readonly<Record<string, Value>>, bytes: number): boolean {
  return sizeUpTo(value, bytes) > bytes;
}

/**
 * Bytes of a value's JSON in UTF-8, near enough for a limit: escapes are not counted. Stops where it is more than `bytes`,
 * with any number above that, and needs no stack for deep values.
 */
export function sizeUpTo(value: Value | Readonly<Record<string, Value>>, bytes: number): number {
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
    if (size > bytes) break;
  }
  return size;
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
