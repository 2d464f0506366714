import { isObject, type Value } from "@diwan/workflow";
import { findJson } from "../shared/json-in-text.ts";
import type { Class } from "./settings.ts";

/**
 * The class that a model's answer names. An answer that names none of them means the first, which is how files rely on
 * it; one without any JSON means nothing.
 *
 * @source the app file contract, question-classifier
 */
export function findClass(answer: string, classes: readonly Class[]): Class | undefined {
  const found = findJson(answer, (value) => typeof value === "object" && value !== null);
  if (found === undefined) return undefined;
  const chosen: Value = Array.isArray(found) && found.length === 1 ? found[0]! : found;
  if (!isObject(chosen) || !Object.hasOwn(chosen, "category_name")) return classes[0];
  return classes.find(({ id }) => id === chosen["category_id"]) ?? classes[0];
}
