import { dumpsJson } from "./json.ts";
import { pythonRepr, pythonStr } from "./python-text.ts";
import { isArrayType, typeOf, type ValueType } from "./types.ts";
import type { FileValue, Value } from "./value.ts";

/**
 * A variable as text: in prompts, requests, conditions and tools.
 *
 * @param type  The declared type where there is one: `["a"]` reads differently as `array[string]` and as `array[any]`.
 */
export function renderText(value: Value, type: ValueType = typeOf(value)): string {
  if (value === null || type === "file" || type === "array[file]") return "";
  if (typeof value === "string") return value;
  if (type === "object" || type === "array[string]") return isEmptyList(value) ? "" : dumpsJson(value);
  return isEmptyList(value) ? "" : pythonStr(value);
}

/** A variable as Markdown: in answers and in forms for people. `type` as in `renderText`. */
export function renderMarkdown(value: Value, type: ValueType = typeOf(value)): string {
  if (value === null) return "";
  if (type === "file") return fileMarkdown(value as FileValue);
  if (type === "object") return dumpsJson(value, { indent: 2 });
  if (!Array.isArray(value)) return pythonStr(value);
  if (type === "array[file]") return value.map((file) => fileMarkdown(file as FileValue)).join("\n");
  return value.map((item) => `- ${pythonStr(item)}`).join("\n");
}

/** A variable as run logs show it. `type` as in `renderText`; a secret needs it to be masked. */
export function renderLog(value: Value, type: ValueType = typeOf(value)): string {
  if (type === "secret") return maskSecret(renderText(value, type));
  if (type === "object" && value !== null) return dumpsJson(value, { indent: 2 });
  if (isArrayType(type) && type !== "array[file]" && value !== null) return pythonRepr(value);
  return renderText(value, type);
}

/** Enough of a secret to recognise it by: its first 6 and last 2 characters, or none of a short one. */
export function maskSecret(secret: string): string {
  if (secret === "") return "";
  if (secret.length <= 8) return "*".repeat(20);
  return secret.slice(0, 6) + "*".repeat(12) + secret.slice(-2);
}

function fileMarkdown(file: FileValue): string {
  const url = file.url ?? file.remote_url ?? "";
  if (file.type === "image") return `![${file.filename ?? ""}](${url})`;
  return `[${file.filename || url}](${url})`;
}

function isEmptyList(value: Value): boolean {
  return Array.isArray(value) && value.length === 0;
}
