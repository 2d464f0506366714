import { DiwanError } from "@diwan/kernel";
import { isArrayType, isObject, parseJson, type Value, zeroOf } from "@diwan/workflow";
import { type ArithmeticOperation, calculate } from "./arithmetic.ts";
import { AssignerError } from "./assigner-error.ts";
import { checkFits, checkFitsAsItem } from "./fits-target.ts";
import { isNumberType, type Target } from "./variable-view.ts";

export const operations = [
  "over-write",
  "set",
  "clear",
  "append",
  "extend",
  "+=",
  "-=",
  "*=",
  "/=",
  "remove-first",
  "remove-last",
] as const;
export type Operation = (typeof operations)[number];

export type InputType = "variable" | "constant";

/** Whether an operation takes a value at all. */
export function needsInput(operation: Operation): boolean {
  return operation !== "clear" && operation !== "remove-first" && operation !== "remove-last";
}

/**
 * Refuses an operation that such a variable does not know, or that does not take its input from there.
 *
 * @throws AssignerError
 * @source the app file contract, assigner
 */
export function checkOperation(operation: Operation, { type, selector }: Target, inputType: InputType): void {
  const refuse = (why: string) => {
    throw new AssignerError(`"${operation}" on variable ${selector.join(".")} ${why}`);
  };
  const isFileType = type === "file" || type === "array[file]";
  switch (operation) {
    case "over-write":
      if (isFileType) refuse(`is not possible: it is of type ${type}`);
      if (inputType === "constant" && isArrayType(type)) refuse("needs a variable as its input");
      return;
    case "set":
      if (inputType === "variable") refuse("needs a constant as its input");
      if (!["object", "string", "boolean"].includes(type) && !isNumberType(type))
        refuse(`is not possible: it is of type ${type}`);
      return;
    case "clear":
      if (inputType === "constant") refuse("takes no input, so its input type must be variable");
      return;
    case "append":
    case "extend":
      if (!isArrayType(type)) refuse(`needs a list: it is of type ${type}`);
      if (operation === "append" && isFileType) refuse(`is not possible: it is of type ${type}`);
      if (inputType === "constant") refuse("needs a variable as its input");
      return;
    case "remove-first":
    case "remove-last":
      if (!isArrayType(type)) refuse(`needs a list: it is of type ${type}`);
      if (inputType === "constant") refuse("takes no input, so its input type must be variable");
      return;
    default:
      if (!isNumberType(type)) refuse(`needs a number: it is of type ${type}`);
      if (inputType === "variable") refuse("needs a constant as its input");
  }
}

/**
 * What a variable holds after an operation; lists are new ones.
 *
 * @param input  Null for operations without one.
 * @throws AssignerError where the result does not fit the variable.
 */
export function operate(operation: Operation, target: Target, input: Value): Value {
  switch (operation) {
    case "over-write":
      checkFits(input, target);
      return input;
    case "set": {
      const value = target.type === "object" && typeof input === "string" ? parsedObject(input, target) : input;
      checkFits(value, target);
      return value;
    }
    case "clear":
      return cleared(target);
    case "append":
      checkFitsAsItem(input, target);
      return listOf(target).concat([input]);
    case "extend":
      if (!Array.isArray(input)) throw new AssignerError(`"extend" on variable ${nameOf(target)} needs a list`);
      if (target.type !== "array[any]") for (const item of input) checkFitsAsItem(item, target);
      return listOf(target).concat(input);
    case "remove-first":
      return listOf(target).slice(1);
    case "remove-last":
      return listOf(target).slice(0, -1);
    default:
      return calculate(target.value, operation satisfies ArithmeticOperation, input);
  }
}

/** @throws AssignerError for types without an empty value. */
export function cleared(target: Target): Value {
  try {
    return zeroOf(target.type);
  } catch (error) {
    if (!(error instanceof DiwanError)) throw error;
    throw new AssignerError(`Variable ${nameOf(target)} is of type ${target.type}, which cannot be cleared`);
  }
}

/** The list that a variable holds; one that was never set is empty. */
export function listOf(target: Target): Value[] {
  if (target.value === null) return [];
  if (!Array.isArray(target.value)) throw new AssignerError(`Variable ${nameOf(target)} holds no list`);
  return target.value;
}

function parsedObject(text: string, target: Target): Value {
  try {
    const value = parseJson(text);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof DiwanError)) throw error;
  }
  throw new AssignerError(`Variable ${nameOf(target)} is of type object, and the text is no JSON object`);
}

function nameOf({ selector }: Target): string {
  return selector.join(".");
}
