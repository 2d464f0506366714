import { isFile, type Value, VariablePool } from "@diwan/workflow";
import { ConditionError, meets, type Operator } from "./condition.ts";

export type FileCondition = { key: string; operator: Operator; value: Value };

/**
 * Whether a list of files meets conditions on their attributes: each must hold for any file, or for all of them where
 * its operator says "not".
 */
export function filesMeet(files: Value, logic: "and" | "or", conditions: readonly FileCondition[]): boolean {
  const list = Array.isArray(files) ? files : [];
  const results = conditions.map(({ key, operator, value }) => {
    const holds = (file: Value) => meets(attribute(file, key), operator, key === "extension" ? dotted(value) : value);
    return operator.includes("not") ? list.every(holds) : list.some(holds);
  });
  return logic === "and" ? results.every(Boolean) : results.some(Boolean);
}

function attribute(file: Value, key: string): Value {
  if (!isFile(file)) throw new ConditionError("the list holds something that is no file");
  const pool = new VariablePool();
  pool.set("file", "value", file);
  const value = pool.get(["file", "value", key]);
  if (value === undefined) throw new ConditionError(`files have no attribute "${key}"`);
  return key === "extension" ? dotted(value) : value;
}

function dotted(value: Value): Value {
  if (Array.isArray(value)) return value.map(dotted);
  if (typeof value !== "string") throw new ConditionError("an extension is compared with text");
  return value === "" || value.startsWith(".") ? value : `.${value}`;
}
