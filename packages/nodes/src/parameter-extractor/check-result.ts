import { float, integer, isFloat, isInteger, isObject, type ObjectValue, type Value } from "@diwan/workflow";
import { readFloat, readInteger } from "../shared/python-values.ts";
import { elementType } from "./parameter-schema.ts";
import type { Parameter } from "./settings.ts";

/**
 * What is wrong with what a model found, in a sentence; undefined for a result that fits. Optional parameters must be
 * there too, as files rely on.
 *
 * @source the app file contract, parameter-extractor
 */
export function problemWithResult(parameters: readonly Parameter[], result: ObjectValue): string | undefined {
  const found = Object.keys(result).length;
  if (found !== parameters.length) return `The result has ${found} parameters instead of ${parameters.length}.`;
  for (const parameter of parameters) {
    const { name, required, type, options } = parameter;
    if (!Object.hasOwn(result, name)) {
      if (required) return `The result lacks the parameter "${name}".`;
      continue;
    }
    const value = result[name]!;
    if (!isOfType(value, parameter)) return `The value of "${name}" is not of type ${type}.`;
    if (options.length > 0 && !options.includes(value as string))
      return `The value of "${name}" is none of its options.`;
  }
  return undefined;
}

/** Each parameter's value as its type wants it: read from a related one where that makes sense, else empty. */
export function coerced(parameters: readonly Parameter[], result: ObjectValue): Record<string, Value> {
  return Object.fromEntries(
    parameters.map((parameter) => {
      const given = Object.hasOwn(result, parameter.name) ? result[parameter.name]! : null;
      return [parameter.name, coercedValue(given, parameter)];
    }),
  );
}

function coercedValue(value: Value, { type }: Parameter): Value {
  const element = elementType(type);
  if (element !== undefined) return Array.isArray(value) ? value.flatMap((item) => coercedItem(item, element)) : [];
  const [found] = coercedItem(value, type as "string" | "number" | "boolean");
  return found ?? { string: "", number: 0, boolean: false }[type as "string" | "number" | "boolean"];
}

/** One value, or none where there is no way from one type to the other. */
function coercedItem(value: Value, type: "string" | "number" | "object" | "boolean"): Value[] {
  if (isPlain(value, type)) return [value];
  if (type === "number" && typeof value === "string") return numberIn(value);
  if (type === "boolean" && isInteger(value)) return [value !== 0];
  return [];
}

function numberIn(text: string): Value[] {
  const whole = readInteger(text);
  if (whole !== undefined) return [integer(whole)];
  const number = readFloat(text);
  return number === undefined || !Number.isFinite(number) ? [] : [float(number)];
}

function isOfType(value: Value, { type }: Parameter): boolean {
  const element = elementType(type);
  if (element !== undefined) return Array.isArray(value) && value.every((item) => isPlain(item, element));
  return isPlain(value, type as "string" | "number" | "boolean");
}

function isPlain(value: Value, type: "string" | "number" | "object" | "boolean"): boolean {
  switch (type) {
    case "number":
      return isInteger(value) || isFloat(value);
    case "object":
      return isObject(value);
    default:
      return typeof value === type;
  }
}
