import { ValueErrors } from "./errors.ts";
import { Float, isFloat, isInteger } from "./float.ts";
import { isFile, type ObjectValue, type Value } from "./value.ts";

export const VALUE_TYPES = [
  "number",
  "integer",
  "float",
  "string",
  "object",
  "secret",
  "file",
  "boolean",
  "array[any]",
  "array[string]",
  "array[number]",
  "array[object]",
  "array[file]",
  "array[boolean]",
  "none",
  "group",
] as const;

/** The types a variable can have; the names are those of workflow files. */
export type ValueType = (typeof VALUE_TYPES)[number];

/** The type a value shows by itself; never `number`, `secret` or `group`, which only a declaration can give. */
export function typeOf(value: Value): ValueType {
  if (value === null) return "none";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "boolean";
  if (isInteger(value)) return "integer";
  if (isFloat(value)) return "float";
  if (Array.isArray(value)) return arrayTypeOf(value);
  if (isFile(value)) return "file";
  if (isObject(value)) return "object";
  throw ValueErrors.unknown({ found: `a ${typeof value}` });
}

function arrayTypeOf(items: Value[]): ValueType {
  let common: ValueType | undefined;
  for (const item of items) {
    // What is in an inner list does not matter, and it may be deep.
    const type = Array.isArray(item) ? "array[any]" : (arrayOf[typeOf(item)] ?? "array[any]");
    if (common !== undefined && common !== type) return "array[any]";
    common = type;
  }
  return common ?? "array[any]";
}

const arrayOf: Partial<Record<ValueType, ValueType>> = {
  string: "array[string]",
  integer: "array[number]",
  float: "array[number]",
  object: "array[object]",
  file: "array[file]",
  boolean: "array[boolean]",
};

/**
 * Whether a value may be stored in a variable declared with that type: null only as `none`, `[]` in every array, an integer
 * or a float as `number`, a text as `secret`; otherwise the types are the same.
 */
export function fitsType(value: Value, type: ValueType): boolean {
  if (Array.isArray(value) && value.length === 0) return isArrayType(type);
  const found = typeOf(value);
  if (type === "number") return found === "integer" || found === "float";
  if (type === "secret") return found === "string";
  return found === type;
}

/** The looser check of declared outputs: a boolean counts as a number, and `array[any]` takes every list. */
export function isValid(value: Value, type: ValueType): boolean {
  switch (type) {
    case "none":
      return value === null;
    case "string":
    case "secret":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return typeof value === "boolean" || isInteger(value);
    case "float":
      return typeof value === "boolean" || isFloat(value);
    case "number":
      return typeof value === "boolean" || isInteger(value) || isFloat(value);
    case "object":
      return isObject(value);
    case "file":
      return isFile(value);
    case "array[any]":
      return Array.isArray(value);
    case "group":
      return false;
    default:
      return Array.isArray(value) && value.every((item) => isValid(item, elementTypeOf(type)));
  }
}

/** Booleans become 0 and 1 where a number is wanted, alone or as a list of nothing else. There are no other casts. */
export function castTo(value: Value, type: ValueType): Value {
  if (typeof value === "boolean" && (type === "integer" || type === "number")) return Number(value);
  if (type === "array[number]" && Array.isArray(value) && value.every((item) => typeof item === "boolean"))
    return value.map(Number);
  return value;
}

/**
 * What clearing a variable leaves in it.
 *
 * @throws value.no-zero (author) for files, secrets and types without an empty value.
 */
export function zeroOf(type: ValueType): Value {
  if (isArrayType(type) && type !== "array[file]") return [];
  switch (type) {
    case "object":
      return {};
    case "string":
      return "";
    case "integer":
    case "number":
      return 0;
    case "float":
      return new Float(0);
    case "boolean":
      return false;
    default:
      throw ValueErrors["no-zero"]({ type });
  }
}

export function isArrayType(type: ValueType): boolean {
  return type.startsWith("array[");
}

/** A mapping that is not a file. */
export function isObject(value: unknown): value is ObjectValue {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Float) && !isFile(value)
  );
}

function elementTypeOf(type: ValueType): ValueType {
  return type.slice("array[".length, -1) as ValueType;
}
