import type { ModelTool } from "@diwan/models";
import type { Parameter, ParameterType } from "./settings.ts";

/** @source the app file contract, parameter-extractor */
const TOOL_NAME = "extract_parameters";

/** The tool that a model calls with what it found. */
export function extractionTool(parameters: readonly Parameter[]): ModelTool {
  return {
    name: TOOL_NAME,
    description: "Takes in the values that were found in the text.",
    parameters: parameterSchema(parameters),
  };
}

/** The JSON Schema of an object with all parameters. */
export function parameterSchema(parameters: readonly Parameter[]): object {
  return {
    type: "object",
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, propertySchema(parameter)])),
    required: parameters.flatMap(({ name, required }) => (required ? [name] : [])),
  };
}

function propertySchema({ type, description, options }: Parameter): object {
  const described = description === "" ? {} : { description };
  const choice = type === "string" && options.length > 0 ? { enum: options } : {};
  const inner = elementType(type);
  if (inner !== undefined) return { type: "array", items: { type: inner }, ...described };
  return { type, ...choice, ...described };
}

/** What lists of a type hold; undefined for what is no list. */
export function elementType(type: ParameterType): "string" | "number" | "object" | "boolean" | undefined {
  return /^array\[(string|number|object|boolean)\]$/.exec(type)?.[1] as ReturnType<typeof elementType>;
}
