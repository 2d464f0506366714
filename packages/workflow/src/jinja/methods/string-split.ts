import { SPACE_CLASS } from "../python/characters.ts";

const space = new RegExp(`[${SPACE_CLASS}]+`, "g");

/** Python's `str.split`; without a separator it splits at runs of space and drops empty parts. A negative limit is none. */
export function split(text: string, separator: string | undefined, limit: number): string[] {
  if (separator === undefined) return splitAtSpace(text, limit);
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

/** Python's `str.rsplit`: the limit counts from the end. */
export function splitFromEnd(text: string, separator: string | undefined, limit: number): string[] {
  if (limit < 0) return split(text, separator, -1);
  if (separator === undefined) return splitAtSpaceFromEnd(text, limit);
  const parts = text.split(separator);
  if (parts.length <= limit + 1) return parts;
  const kept = parts.length - limit;
  return [parts.slice(0, kept).join(separator), ...parts.slice(kept)];
}

function splitAtSpace(text: string, limit: number): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const gap of [...text.matchAll(space), undefined]) {
    const end = gap?.index ?? text.length;
    if (end > start) {
      if (parts.length === limit) return [...parts, text.slice(start)];
      parts.push(text.slice(start, end));
    }
    start = end + (gap?.[0].length ?? 0);
  }
  return parts;
}

function splitAtSpaceFromEnd(text: string, limit: number): string[] {
  const parts: string[] = [];
  let end = text.length;
  for (const gap of [...[...text.matchAll(space)].reverse(), undefined]) {
    const start = gap === undefined ? 0 : gap.index + gap[0].length;
    if (start < end) {
      if (parts.length === limit) return [text.slice(0, end), ...parts.reverse()];
      parts.push(text.slice(start, end));
    }
    end = gap?.index ?? 0;
  }
  return parts.reverse();
}
