import {
  fillTemplate,
  isFile,
  isFloat,
  isInteger,
  isObject,
  numberOf,
  parseJson,
  parseTextTemplate,
  pythonStr,
  type Value,
  type VariablePool,
} from "@diwan/workflow";

export type Operator =
  | "contains"
  | "not contains"
  | "start with"
  | "end with"
  | "is"
  | "is not"
  | "empty"
  | "not empty"
  | "in"
  | "not in"
  | "all of"
  | "="
  | "≠"
  | ">"
  | "<"
  | "≥"
  | "≤"
  | "null"
  | "not null"
  | "exists"
  | "not exists";

/** A comparison that cannot be made; fails the step with its sentence. */
export class ConditionError extends Error {}

/** An expected value as the file holds it becomes what is compared: placeholders in text are filled in. */
export function expectedValue(expected: Value, variables: VariablePool): Value {
  return typeof expected === "string" ? fillTemplate(parseTextTemplate(expected), variables) : expected;
}

/**
 * Whether a value meets a condition.
 *
 * @throws ConditionError where value, operator and expectation do not go together.
 * @source the app file contract, if-else operators
 */
export function meets(actual: Value, operator: Operator, expected: Value): boolean {
  switch (operator) {
    case "null":
    case "not exists":
      return actual === null;
    case "not null":
    case "exists":
      return actual !== null;
  }
  const wanted = typeof actual === "boolean" && expected !== null ? asBoolean(expected) : expected;
  switch (operator) {
    case "empty":
      return isFalsy(actual);
    case "not empty":
      return !isFalsy(actual);
    case "contains":
      return contains(actual, wanted, operator);
    case "not contains":
      return isFalsy(actual) || !contains(actual, wanted, operator);
    case "start with":
      return textPart(actual, operator, (text) => text.startsWith(pythonStr(wanted)));
    case "end with":
      return textPart(actual, operator, (text) => text.endsWith(pythonStr(wanted)));
    case "is":
      return sameWord(actual, wanted, operator) === true;
    case "is not":
      return sameWord(actual, wanted, operator) === false;
    case "in":
      return isFalsy(actual) ? false : listed(wanted, operator).some((item) => equal(item, actual));
    case "not in":
      return isFalsy(actual) ? true : !listed(wanted, operator).some((item) => equal(item, actual));
    case "all of":
      return allOf(actual, wanted);
    case "=":
      return sameNumber(actual, wanted) === true;
    case "≠":
      return sameNumber(actual, wanted) === false;
    case ">":
      return ordered(actual, wanted, operator, (a, b) => a > b);
    case "<":
      return ordered(actual, wanted, operator, (a, b) => a < b);
    case "≥":
      return ordered(actual, wanted, operator, (a, b) => a >= b);
    case "≤":
      return ordered(actual, wanted, operator, (a, b) => a <= b);
  }
}

function contains(actual: Value, wanted: Value, operator: Operator): boolean {
  if (isFalsy(actual)) return false;
  if (typeof actual === "string") return actual.includes(pythonStr(wanted));
  if (Array.isArray(actual)) return actual.some((item) => equal(item, wanted));
  throw new ConditionError(`"${operator}" compares text or a list, and the value is neither`);
}

function textPart(actual: Value, operator: Operator, test: (text: string) => boolean): boolean {
  if (isFalsy(actual)) return false;
  if (typeof actual !== "string") throw new ConditionError(`"${operator}" compares text, and the value is none`);
  return test(actual);
}

/** Undefined for null, which neither is nor is not anything. */
function sameWord(actual: Value, wanted: Value, operator: Operator): boolean | undefined {
  if (actual === null) return undefined;
  if (typeof actual !== "string" && typeof actual !== "boolean") {
    throw new ConditionError(`"${operator}" compares text or true and false, and the value is neither`);
  }
  return actual === wanted;
}

function allOf(actual: Value, wanted: Value): boolean {
  if (isFalsy(actual)) return false;
  const parts = Array.isArray(wanted) ? wanted : [...pythonStr(wanted)];
  if (typeof actual === "string") return parts.every((part) => actual.includes(pythonStr(part)));
  if (Array.isArray(actual)) return parts.every((part) => actual.some((item) => equal(item, part)));
  throw new ConditionError('"all of" compares a list or text, and the value is neither');
}

function listed(wanted: Value, operator: Operator): Value[] {
  if (!Array.isArray(wanted)) throw new ConditionError(`"${operator}" needs a list to compare with`);
  return wanted;
}

/** Undefined for null. Whole numbers are compared with whole numbers only: 1 with "1.5" is an error. */
function sameNumber(actual: Value, wanted: Value): boolean | undefined {
  if (actual === null) return undefined;
  if (typeof actual === "boolean") return actual === wanted;
  if (isInteger(actual)) return compareInteger(actual, wanted);
  if (isFloat(actual)) return numberOf(actual) === asFloat(wanted);
  throw new ConditionError('"=" and "≠" compare numbers, and the value is none');
}

function compareInteger(actual: number | bigint, wanted: Value): boolean {
  if (typeof wanted === "boolean") return BigInt(actual) === (wanted ? 1n : 0n);
  if (isInteger(wanted)) return BigInt(actual) === BigInt(wanted);
  if (isFloat(wanted)) return BigInt(actual) === BigInt(Math.trunc(numberOf(wanted)));
  const text = typeof wanted === "string" ? wanted.trim().replaceAll("_", "") : "";
  if (!/^[+-]?\d+$/.test(text)) throw new ConditionError(`"${pythonStr(wanted)}" is not a whole number`);
  return BigInt(actual) === BigInt(text.replace(/^\+/, ""));
}

function ordered(
  actual: Value,
  wanted: Value,
  operator: Operator,
  test: (actual: number, wanted: number) => boolean,
): boolean {
  if (actual === null) return false;
  if (!isInteger(actual) && !isFloat(actual)) {
    throw new ConditionError(`"${operator}" compares numbers, and the value is none`);
  }
  return test(numberOf(actual), asFloat(wanted));
}

function asFloat(wanted: Value): number {
  if (isInteger(wanted) || isFloat(wanted)) return numberOf(wanted);
  if (typeof wanted === "boolean") return wanted ? 1 : 0;
  const text = typeof wanted === "string" ? wanted.trim().replaceAll("_", "") : "";
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) {
    throw new ConditionError(`"${pythonStr(wanted)}" is not a number`);
  }
  return Number(text);
}

/** A true-or-false value is compared with what its expectation says in JSON: `true`, `1`, `0`. */
function asBoolean(wanted: Value): boolean {
  if (typeof wanted === "boolean") return wanted;
  if (typeof wanted === "string") {
    try {
      return !isFalsy(parseJson(wanted));
    } catch {
      throw new ConditionError(`"${wanted}" is neither true nor false`);
    }
  }
  return !isFalsy(wanted);
}

/** False, as Python sees it. */
function isFalsy(value: Value): boolean {
  if (value === null || value === false || value === "") return true;
  if (isInteger(value) || isFloat(value)) return numberOf(value) === 0;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && !isFile(value) && Object.keys(value).length === 0;
}

function isNumeric(value: Value): boolean {
  return isInteger(value) || isFloat(value) || typeof value === "boolean";
}

/** Equality as Python sees it: 1 equals 1.0, and lists and mappings are compared by what they hold. */
function equal(a: Value, b: Value): boolean {
  if (isNumeric(a) && isNumeric(b)) return Number(a) === Number(b);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, place) => equal(item, b[place]!));
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key]!, b[key]!))
    );
  }
  return a === b;
}
