import { fitsType, isArrayType, parseJson, type Value, type VariablePool } from "@diwan/workflow";
import { z } from "zod";
import { AnyValue, declaredTypes } from "../settings.ts";

export const LoopVariable = z.object({
  label: z.string().min(1),
  var_type: z.enum(declaredTypes),
  value_type: z.enum(["constant", "variable"]),
  value: AnyValue.nullish().transform((value) => value ?? null),
});
type LoopVariable = z.output<typeof LoopVariable>;

/**
 * What a loop's variable holds before the first round.
 *
 * Constants of list types are JSON texts; anything else that is given for them is read as an empty list, as files rely on.
 */
export function initialValue(variable: LoopVariable, variables: VariablePool): { value: Value } | { problem: string } {
  const { label, value_type, var_type, value } = variable;
  if (value_type === "variable") {
    const selector = Array.isArray(value) ? value.filter((part) => typeof part === "string") : [];
    const found = variables.get(selector);
    if (found === undefined) {
      return {
        problem: `The loop variable "${label}" takes its value from ${JSON.stringify(value)}, which is not there.`,
      };
    }
    return { value: found };
  }
  if (isArrayType(var_type) && var_type !== "array[boolean]") return listOf(label, var_type, value);
  if (fitsType(value, var_type)) return { value };
  const read = typeof value === "string" ? readJson(value) : undefined;
  if (read !== undefined && fitsType(read, var_type)) return { value: read };
  return { problem: `The value of the loop variable "${label}" is not of type ${var_type}.` };
}

function listOf(label: string, type: LoopVariable["var_type"], value: Value): { value: Value } | { problem: string } {
  if (typeof value !== "string") return { value: [] };
  const read = value.trim() === "" ? [] : readJson(value);
  if (read !== undefined && fitsType(read, type)) return { value: read };
  return { problem: `The value of the loop variable "${label}" is not of type ${type}: write it as a JSON list.` };
}

function readJson(text: string): Value | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
