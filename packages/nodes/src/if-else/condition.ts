import {
  fillTemplate,
  isFloat,
  isInteger,
  numberOf,
  parseJson,
  parseTextTemplate,
  pythonStr,
  type Value,
  type VariablePool,
} from "@diwan/workflow";
import { comparable, isEqual, isFalsy, isSameNumber, readFloat, readInteger } from "../shared/python-values.ts";

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
  if (operator === "exists") return actual !== null;
  if (operator === "not exists") return actual === null;
  // Every other operator reads what a true-or-false value is compared with, also one that then compares nothing.
  const wanted = typeof actual === "boolean" && expected !== null ? asBoolean(expected) : expected;
  switch (operator) {
    case "null":
      return actual === null;
    case "not null":
      return actual !== null;
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
      return isFalsy(actual) ? false : listed(wanted, operator).some((item) => isEqual(item, actual));
    case "not in":
      return isFalsy(actual) ? true : !listed(wanted, operator).some((item) => isEqual(item, actual));
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
  if (Array.isArray(actual)) return actual.some((item) => isEqual(item, wanted));
  throw new ConditionError(`"${operator}" compares text or a list, and the value is neither`);
}

function textPart(actual: Value, operator: Operator, test: (text: string) => boolean): boolean {
  if (isFalsy(actual)) return false;
  if (typeof actual !== "string") throw new ConditionError(`"${operator}" compares text, and the value is not one`);
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
  if (!Array.isArray(wanted) && typeof wanted !== "string")
    throw new ConditionError('"all of" needs a list to compare with');
  const parts = Array.isArray(wanted) ? wanted : [...wanted];
  if (typeof actual === "string") return parts.every((part) => actual.includes(pythonStr(part)));
  if (Array.isArray(actual)) return parts.every((part) => actual.some((item) => isEqual(item, part)));
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
  if (isFloat(actual)) return isSameNumber(numberOf(actual), asFloat(wanted));
  throw new ConditionError('"=" and "≠" compare numbers, and the value is not one');
}

function compareInteger(actual: number | bigint, wanted: Value): boolean {
  if (isInteger(wanted) || typeof wanted === "boolean") return BigInt(actual) === BigInt(wanted);
  if (isFloat(wanted) && Number.isFinite(numberOf(wanted)))
    return BigInt(actual) === BigInt(Math.trunc(numberOf(wanted)));
  const whole = typeof wanted === "string" ? readInteger(wanted) : undefined;
  if (whole === undefined) throw new ConditionError(`"${pythonStr(wanted)}" is not a whole number`);
  return BigInt(actual) === whole;
}

function ordered(
  actual: Value,
  wanted: Value,
  operator: Operator,
  test: (actual: number | bigint, wanted: number | bigint) => boolean,
): boolean {
  if (actual === null) return false;
  if (!isInteger(actual) && !isFloat(actual)) {
    throw new ConditionError(`"${operator}" compares numbers, and the value is not one`);
  }
  return test(comparable(actual)!, asFloat(wanted));
}

function asFloat(wanted: Value): number | bigint {
  const number = typeof wanted === "string" ? readFloat(wanted) : comparable(wanted);
  if (number === undefined) throw new ConditionError(`"${pythonStr(wanted)}" is not a number`);
  return number;
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
