import { isObject, stringifyJson, type Value } from "@diwan/workflow";

/**
 * What changed between two documents, a line for each place: `path: before → after`, `+ path: added`, `- path: removed`.
 * Whole and floating numbers of the same size are different.
 */
export function differences(before: Value | undefined, after: Value | undefined, path = ""): string[] {
  if (before === undefined) return [`+ ${path}: ${stringifyJson(after!)}`];
  if (after === undefined) return [`- ${path}: ${stringifyJson(before)}`];
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const places = Array.from({ length: Math.max(before.length, after.length) }, (_, place) => place);
    return places.flatMap((place) => differences(before[place], after[place], `${path}[${place}]`));
  }
  const [was, is] = [stringifyJson(before), stringifyJson(after)];
  return was === is ? [] : [`${path}: ${was} → ${is}`];
}
