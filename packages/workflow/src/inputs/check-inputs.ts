import { float, isFile, isFloat, isObject, type Value } from "../values/index.ts";
import type { InputField } from "./input-fields.ts";

export type CheckedInputs =
  | { ok: true; inputs: Record<string, Value> }
  | { ok: false; variable: string; message: string };

/**
 * Holds what a caller sent against the start step's fields, in the order in which they are declared. Undeclared inputs
 * are dropped.
 *
 * @source the app file contract, start-node inputs
 */
export function checkInputs(fields: readonly InputField[], given: Readonly<Record<string, Value>>): CheckedInputs {
  const inputs: Record<string, Value> = {};
  for (const field of fields) {
    const result = checkInput(field, Object.hasOwn(given, field.variable) ? given[field.variable]! : null);
    if (result instanceof Refusal) return { ok: false, variable: field.variable, message: result.message };
    inputs[field.variable] = result;
  }
  return { ok: true, inputs };
}

/** Told apart from any value by its class. */
class Refusal {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const refuse = (message: string) => new Refusal(message);

function checkInput(field: InputField, given: Value): Value | Refusal {
  const { variable, type } = field;
  if (given === null) return field.required ? refuse(`${variable} is required in input form`) : field.default;
  const isFileField = type === "file" || type === "file-list";
  if (isFileField && given === "") {
    return field.required ? refuse(`${variable} is required in input form`) : null;
  }
  if (!isFileField && type !== "json_object" && holdsObjects(given))
    return refuse(`Invalid input type for ${variable}`);
  switch (type) {
    case "text-input":
    case "paragraph":
    case "select":
      return checkText(field, given);
    case "number":
      return checkNumber(variable, given);
    case "checkbox":
      return checkSwitch(variable, given);
    case "file":
      // Callers may send the list form for a single file too.
      if (Array.isArray(given) && given.length === 1 && isMapping(given[0]!)) return given[0]!;
      return isMapping(given) ? given : refuse(`${variable} in input form must be a file`);
    case "file-list":
      return checkFileList(field, given);
    case "json_object":
      return isObject(given) ? given : refuse(`${variable} in input form must be a JSON object`);
    default:
      return typeof given === "string" ? withoutNul(given) : given;
  }
}

function checkText({ variable, type, required, options, maxLength }: InputField, given: Value): Value | Refusal {
  if (typeof given !== "string") return refuse(`${variable} in input form must be a string`);
  const text = withoutNul(given);
  if (type === "select") {
    if (options.includes(text) || (text === "" && !required)) return text;
    return refuse(`${variable} in input form must be one of the following: ${options.join(", ")}`);
  }
  if (maxLength !== null && maxLength > 0 && [...text].length > maxLength) {
    return refuse(`${variable} in input form must be less than ${maxLength} characters`);
  }
  return text;
}

function checkNumber(variable: string, given: Value): Value | Refusal {
  if (typeof given === "number" || typeof given === "bigint" || isFloat(given)) return given;
  const wrong = refuse(`${variable} in input form must be a valid number`);
  if (typeof given !== "string") return wrong;
  const text = given.trim();
  if (text === "") return null;
  if (/^[+-]?\d+$/.test(text)) {
    const whole = Number(text);
    return Number.isSafeInteger(whole) ? whole : BigInt(text);
  }
  return /^[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? float(Number(text)) : wrong;
}

function checkSwitch(variable: string, given: Value): Value | Refusal {
  if (typeof given === "boolean") return given;
  if (given === 1 || given === 0) return given === 1;
  const word = typeof given === "string" ? given.toLowerCase() : "";
  if (["true", "1", "yes", "on"].includes(word)) return true;
  if (["false", "0", "no", "off"].includes(word)) return false;
  return refuse(`${variable} in input form must be true or false`);
}

function checkFileList({ variable, maxLength }: InputField, given: Value): Value | Refusal {
  if (!Array.isArray(given) || !given.every(isMapping)) {
    return refuse(`${variable} in input form must be a list of files`);
  }
  if (maxLength !== null && maxLength > 0 && given.length > maxLength) {
    return refuse(`${variable} in input form must have at most ${maxLength} files`);
  }
  return given;
}

/** How a caller describes a file, or the file itself. */
function isMapping(value: Value): boolean {
  return isObject(value) || isFile(value);
}

function holdsObjects(value: Value): boolean {
  return isObject(value) || (Array.isArray(value) && value.some((item) => isObject(item)));
}

function withoutNul(text: string): string {
  return text.replaceAll("\u0000", "");
}
