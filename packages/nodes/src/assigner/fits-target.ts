import { fitsType, isFile, isFloat, isInteger, isObject, type Value, type ValueType } from "@diwan/workflow";
import { AssignerError } from "./assigner-error.ts";
import { isNumberType, type Target } from "./variable-view.ts";

/**
 * Refuses a value that a variable cannot hold. A list of anything takes every list, a variable without a type that shows
 * takes everything, and numbers of both kinds take each other's place.
 *
 * @throws AssignerError
 */
export function checkFits(value: Value, { type, selector }: Target): void {
  const fits =
    type === "none" ||
    (type === "array[any]" && Array.isArray(value)) ||
    (isNumberType(type) ? fitsType(value, "number") : fitsType(value, type));
  if (!fits) throw new AssignerError(`Variable ${selector.join(".")} is of type ${shown(type)}, and the value is not`);
}

/** @throws AssignerError for an item that a list of this type does not take. */
export function checkFitsAsItem(item: Value, { type, selector }: Target): void {
  const wanted = type.slice("array[".length, -1);
  const fits = wanted === "any" ? isText(item) || isNumber(item) || isObject(item) : isOfType(item, wanted);
  if (!fits) throw new AssignerError(`Variable ${selector.join(".")} is of type ${type}, and the item does not fit in`);
}

function isOfType(item: Value, type: string): boolean {
  switch (type) {
    case "string":
      return isText(item);
    case "number":
      return isNumber(item);
    case "boolean":
      return typeof item === "boolean";
    case "object":
      return isObject(item);
    case "file":
      return isFile(item);
    default:
      return false;
  }
}

function isText(item: Value): boolean {
  return typeof item === "string";
}

function isNumber(item: Value): boolean {
  return isInteger(item) || isFloat(item);
}

function shown(type: ValueType): string {
  return isNumberType(type) ? "number" : type;
}
