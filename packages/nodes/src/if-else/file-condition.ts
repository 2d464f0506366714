import { type FileValue, isFile, type Value } from "@diwan/workflow";
import { ConditionError, meets, type Operator } from "./condition.ts";

export type FileCondition = { key: string; operator: Operator; value: Value };

const attributes: Record<string, (file: FileValue) => Value | undefined> = {
  type: (file) => file.type,
  size: (file) => file.size,
  name: (file) => file.filename,
  mime_type: (file) => file.mime_type,
  transfer_method: (file) => file.transfer_method,
  url: (file) => file.url ?? file.remote_url,
  extension: (file) => file.extension,
  related_id: (file) => file.related_id,
};

/**
 * Whether a list of files meets conditions on their attributes: each must hold for any file, or for all of them where
 * its operator says "not".
 *
 * @throws ConditionError
 */
export function filesMeet(files: Value, logic: "and" | "or", conditions: readonly FileCondition[]): boolean {
  const list = Array.isArray(files) ? files : [];
  const results = conditions.map(({ key, operator, value }) => {
    const expected = key === "extension" ? dottedText(value) : value;
    const holds = (file: Value) => meets(attribute(file, key), operator, expected);
    return operator.includes("not") ? list.every(holds) : list.some(holds);
  });
  return logic === "and" ? results.every(Boolean) : results.some(Boolean);
}

function attribute(file: Value, key: string): Value {
  if (!isFile(file)) throw new ConditionError("the list holds something that is no file");
  const read = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
  if (read === undefined) throw new ConditionError(`files have no attribute "${key}"`);
  const value = read(file) ?? null;
  return key === "extension" && typeof value === "string" ? dotted(value) : value;
}

function dottedText(value: Value): string {
  if (typeof value !== "string") throw new ConditionError("an extension is compared with text");
  return dotted(value);
}

function dotted(extension: string): string {
  return extension === "" || extension.startsWith(".") ? extension : `.${extension}`;
}
