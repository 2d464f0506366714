import { fillTemplate, isFloat, parseJson, parseTextTemplate, type Value, type VariablePool } from "@diwan/workflow";

const LONGEST_RESOLVED = 1024;

/**
 * The model's parameters: texts may hold placeholders, and one that then spells a number or true or false is that.
 * `stop` is a field of its own.
 */
export function modelParameters(
  given: Readonly<Record<string, Value>>,
  variables: VariablePool,
): { parameters: Record<string, Value>; stop: string[] } {
  const { stop, ...rest } = given;
  const parameters: Record<string, Value> = {};
  for (const [name, value] of Object.entries(rest)) {
    parameters[name] = typeof value === "string" ? resolve(value, variables) : value;
  }
  return { parameters, stop: Array.isArray(stop) ? stop.filter((text) => typeof text === "string") : [] };
}

function resolve(text: string, variables: VariablePool): Value {
  const segments = parseTextTemplate(text);
  if (!segments.some((segment) => segment.type === "variable")) return text;
  const resolved = fillTemplate(segments, variables).slice(0, LONGEST_RESOLVED);
  try {
    const value = parseJson(resolved);
    return typeof value === "number" || typeof value === "boolean" || isFloat(value) ? value : resolved;
  } catch {
    return resolved;
  }
}
