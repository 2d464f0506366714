import { integer, isFloat, isInteger, numberOf, pythonRepr, type Value } from "@diwan/workflow";
import { comparable } from "../shared/python-values.ts";
import { CodeProblem } from "./code-problem.ts";
import type { CodeLimits } from "./limits.ts";
import { isMapping } from "./read-answer.ts";
import type { OutputField, OutputSchema, OutputType } from "./settings.ts";

type Mapping = { [name: string]: Value };

/**
 * What `main` returned, held against what the step declares: every declared output and no other, each of its type and within
 * the limits. Truth values become numbers where numbers are declared, and texts lose their NULs.
 *
 * @throws CodeProblem OutputValidationError, DepthLimitError
 * @source the app file contract, code
 */
export function checkOutputs(result: Mapping, schema: OutputSchema, limits: CodeLimits): Mapping {
  return new OutputCheck(limits).mapping(result, schema, "", 1);
}

class OutputCheck {
  readonly #limits: CodeLimits;

  constructor(limits: CodeLimits) {
    this.#limits = limits;
  }

  /** @param path  Of the mapping: `a.b[0]`; "" for the result itself. */
  mapping(result: Mapping, schema: OutputSchema, path: string, depth: number): Mapping {
    this.#checkDepth(path, depth);
    const inside = (name: string) => (path === "" ? name : `${path}.${name}`);
    if (schema === null) {
      const entries = Object.entries(result).map(([name, value]) => [name, this.#anything(value, inside(name), depth)]);
      return Object.fromEntries(entries);
    }
    const checked = Object.entries(schema).map(([name, field]) => {
      if (!Object.hasOwn(result, name)) throw invalid(`Output ${inside(name)} is missing.`);
      return [name, this.#field(result[name]!, field, inside(name), depth)];
    });
    if (Object.keys(result).length !== checked.length) throw invalid("Not all output parameters are validated.");
    return Object.fromEntries(checked);
  }

  #field(value: Value, { type, children }: OutputField, path: string, depth: number): Value {
    if (value === null) return null;
    switch (type) {
      case "string":
        return this.#string(value, path);
      case "number":
        return this.#number(value, path);
      case "boolean":
        return this.#anything(value, path, depth);
      case "object":
        return this.#object(value, children, path, depth);
      case "array[string]":
        return this.#list(value, type, path, "maxStringArrayLength", (item, place) =>
          item === null ? null : this.#string(item, place),
        );
      case "array[number]":
        return this.#list(value, type, path, "maxNumberArrayLength", (item, place) => this.#number(item, place));
      case "array[object]":
        return this.#list(value, type, path, "maxObjectArrayLength", (item, place) =>
          item === null ? null : this.#object(item, children, place, depth),
        );
      case "array[boolean]":
        return this.#list(value, type, path, undefined, (item, place) => this.#anything(item, place, depth));
    }
  }

  #object(value: Value, children: OutputSchema, path: string, depth: number): Mapping {
    if (!isMapping(value)) throw mismatch(path, "object", value);
    return this.mapping(value, children, path, depth + 1);
  }

  #list(
    value: Value,
    type: OutputType,
    path: string,
    limit: ArrayLimit | undefined,
    check: (item: Value, path: string) => Value,
  ): Value[] {
    if (!Array.isArray(value)) throw mismatch(path, type, value);
    if (limit !== undefined) this.#checkLength(value, path, limit);
    return value.map((item, place) => check(item, `${path}[${place}]`));
  }

  /** A value that nothing is declared about. */
  #anything(value: Value, path: string, depth: number): Value {
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "string") return this.#string(value, path);
    if (isInteger(value) || isFloat(value)) return this.#number(value, path);
    if (isMapping(value)) return this.mapping(value, null, path, depth + 1);
    const items = value as Value[];
    const limit = lengthLimitOf(items);
    if (limit === undefined) this.#checkDepth(path, depth);
    else this.#checkLength(items, path, limit);
    return items.map((item, place) =>
      this.#anything(item, `${path}[${place}]`, Array.isArray(item) ? depth + 1 : depth),
    );
  }

  #string(value: Value, path: string): string {
    if (typeof value !== "string") throw mismatch(path, "string", value);
    const { maxStringLength } = this.#limits;
    if (isLongerThan(value, maxStringLength)) {
      throw invalid(`Output ${path} is longer than ${maxStringLength} characters (CODE_MAX_STRING_LENGTH).`);
    }
    return value.replaceAll("\0", "");
  }

  #number(value: Value, path: string): Value {
    if (typeof value === "boolean") return Number(value);
    const number = comparable(value);
    if (number === undefined) throw mismatch(path, "number", value);
    if (typeof number === "number" && !Number.isFinite(number)) {
      throw invalid(`Output ${path} is no finite number.`);
    }
    const { maxNumber, minNumber, maxPrecision } = this.#limits;
    if (number > maxNumber || number < minNumber) {
      const range = `from ${minNumber} to ${maxNumber} (CODE_MIN_NUMBER, CODE_MAX_NUMBER)`;
      throw invalid(`Output ${path} is out of range: numbers go ${range}.`);
    }
    if (isFloat(value) && decimalPlaces(numberOf(value)) > maxPrecision) {
      throw invalid(`Output ${path} has more than ${maxPrecision} decimal places (CODE_MAX_PRECISION).`);
    }
    return typeof value === "bigint" ? integer(value) : value;
  }

  #checkLength(items: readonly Value[], path: string, limit: ArrayLimit): void {
    const most = this.#limits[limit];
    if (items.length <= most) return;
    throw invalid(`Output ${path} has ${items.length} items, more than ${most} (${arrayLimits[limit]}).`);
  }

  #checkDepth(path: string, depth: number): void {
    const { maxDepth } = this.#limits;
    if (depth <= maxDepth) return;
    throw new CodeProblem(
      "DepthLimitError",
      `Output ${path} is nested deeper than ${maxDepth} levels (CODE_MAX_DEPTH).`,
    );
  }
}

const arrayLimits = {
  maxNumberArrayLength: "CODE_MAX_NUMBER_ARRAY_LENGTH",
  maxStringArrayLength: "CODE_MAX_STRING_ARRAY_LENGTH",
  maxObjectArrayLength: "CODE_MAX_OBJECT_ARRAY_LENGTH",
};
type ArrayLimit = keyof typeof arrayLimits;

/** The limit for a list that nothing is declared about; none for mixed ones and for lists of lists. */
function lengthLimitOf(items: readonly Value[]): ArrayLimit | undefined {
  if (items.every((item) => typeof item === "string")) return "maxStringArrayLength";
  if (items.every((item) => isInteger(item) || isFloat(item))) return "maxNumberArrayLength";
  return items.every(isMapping) ? "maxObjectArrayLength" : undefined;
}

function invalid(message: string): CodeProblem {
  return new CodeProblem("OutputValidationError", message);
}

function mismatch(path: string, type: OutputType, value: Value): CodeProblem {
  return invalid(`Output ${path} has to be of type ${type}, and is ${kindOf(value)}.`);
}

function kindOf(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return "a boolean";
  if (typeof value === "string") return "a string";
  if (Array.isArray(value)) return "an array";
  return isMapping(value) ? "an object" : "a number";
}

/** Characters are code points. */
function isLongerThan(text: string, characters: number): boolean {
  if (text.length <= characters) return false;
  if (text.length > 2 * characters) return true;
  let count = 0;
  for (const _ of text) count += 1;
  return count > characters;
}

/** As many as its shortest exact spelling has. */
function decimalPlaces(value: number): number {
  const [digits, exponent = "0"] = pythonRepr(value).split("e") as [string, string?];
  const fraction = (digits.split(".")[1] ?? "").replace(/0+$/, "");
  return Math.max(0, fraction.length - Number(exponent));
}
