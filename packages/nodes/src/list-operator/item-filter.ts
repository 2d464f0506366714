import { type FileValue, isFile, parseJson, pythonStr, type Value } from "@diwan/workflow";
import { comparable, isSameNumber, readFloat } from "../shared/python-values.ts";
import { fileKey } from "./file-keys.ts";
import { ListError } from "./list-error.ts";

export type ItemType = "string" | "number" | "boolean" | "file";

/** `value` is ready to compare: its placeholders are filled in. */
export type ItemCondition = { key: string; operator: string; value: Value };

/**
 * The test that a condition puts to each item of a list.
 *
 * @throws ListError for an operator or value that such items cannot be compared with.
 * @source the app file contract, list-operator
 */
export function itemFilter(type: ItemType, condition: ItemCondition): (item: Value) => boolean {
  const { operator, value } = condition;
  if (type === "string") {
    const test = textTest(operator, value);
    return (item) => test(item as string);
  }
  if (type === "number") return numberTest(operator, value);
  if (type === "boolean") return booleanTest(operator, value);
  const test = fileTest(condition);
  return (item) => isFile(item) && test(item);
}

function fileTest({ key, operator, value }: ItemCondition): (file: FileValue) => boolean {
  const attribute = fileKey(key);
  switch (attribute.kind) {
    case "text": {
      const test = textTest(operator, value);
      return (file) => test(attribute.read(file));
    }
    case "choice": {
      const test = choiceTest(key, operator, value);
      return (file) => test(attribute.read(file));
    }
    case "number": {
      const test = numberTest(operator, value);
      return (file) => test(attribute.read(file));
    }
  }
}

function textTest(operator: string, value: Value): (text: string) => boolean {
  const positive = operator.replace(/^not /, "");
  const test = positiveTextTest(operator === "is not" ? "is" : positive, operator, value);
  return operator.includes("not") ? (text) => !test(text) : test;
}

function positiveTextTest(positive: string, operator: string, value: Value): (text: string) => boolean {
  if (operator === "not start with" || operator === "not end with") throw unknown(operator, "text");
  if (positive === "empty") return (text) => text === "";
  // Reversed on purpose: the item is looked for in the value.
  if (positive === "in") {
    if (!Array.isArray(value)) return isPartOf(textOf(operator, value));
    const listed = new Set(value);
    return (text) => listed.has(text);
  }
  const wanted = textOf(operator, value);
  switch (positive) {
    case "contains":
      return (text) => text.includes(wanted);
    case "start with":
      return (text) => text.startsWith(wanted);
    case "end with":
      return (text) => text.endsWith(wanted);
    case "is":
      return (text) => text === wanted;
    default:
      throw unknown(operator, "text");
  }
}

function isPartOf(whole: string): (text: string) => boolean {
  return (text) => whole.includes(text);
}

function textOf(operator: string, value: Value): string {
  // Files also hold a text as a list of one.
  if (Array.isArray(value) && value.length === 1) return textOf(operator, value[0]!);
  if (typeof value !== "string") throw new ListError(`"${operator}" compares text, and its value is not text`);
  return value;
}

function choiceTest(key: string, operator: string, value: Value): (text: string) => boolean {
  if (operator !== "in" && operator !== "not in") throw unknown(operator, `the ${key} of files`);
  if (!Array.isArray(value)) throw new ListError(`"${operator}" on the ${key} of files needs a list of values`);
  const listed = new Set(value);
  return operator === "in" ? (text) => listed.has(text) : (text) => !listed.has(text);
}

function numberTest(operator: string, value: Value): (item: Value) => boolean {
  const wanted = typeof value === "string" ? readFloat(value) : comparable(value);
  if (wanted === undefined) throw new ListError(`"${pythonStr(value)}" is not a number to compare with`);
  const compare = numberComparison(operator, wanted);
  return (item) => compare(comparable(item)!);
}

function numberComparison(operator: string, wanted: number | bigint): (item: number | bigint) => boolean {
  switch (operator) {
    case "=":
      return (item) => isSameNumber(item, wanted);
    case "≠":
      return (item) => !isSameNumber(item, wanted);
    case "<":
      return (item) => item < wanted;
    case "≤":
      return (item) => item <= wanted;
    case ">":
      return (item) => item > wanted;
    case "≥":
      return (item) => item >= wanted;
    default:
      throw unknown(operator, "numbers");
  }
}

function booleanTest(operator: string, value: Value): (item: Value) => boolean {
  if (operator !== "is" && operator !== "is not") throw unknown(operator, "true and false");
  const wanted = typeof value === "string" ? readBoolean(value) : value;
  if (typeof wanted !== "boolean") throw new ListError(`"${pythonStr(value)}" is neither true nor false`);
  return operator === "is" ? (item) => item === wanted : (item) => item !== wanted;
}

function readBoolean(text: string): Value {
  try {
    return parseJson(text.toLowerCase());
  } catch {
    return null;
  }
}

function unknown(operator: string, what: string): ListError {
  return new ListError(`"${operator}" does not compare ${what}`);
}
