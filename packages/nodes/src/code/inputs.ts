import type { Value, VariablePool } from "@diwan/workflow";
import type { CodeSettings } from "./settings.ts";

/** What a program is called with: values as they are, null for what is missing. */
export function inputsOf(
  { variables: inputs }: Pick<CodeSettings, "variables">,
  variables: VariablePool,
): Record<string, Value> {
  return Object.fromEntries(
    inputs.map(({ variable, value_selector, value_type }) => {
      const value = variables.get(value_selector) ?? null;
      const isNone = Array.isArray(value) && value.length === 0;
      // An empty list of files shows no type of its own.
      const isFileList = value_type === "array[file]" || variables.typeOf(value_selector) === "array[file]";
      return [variable, isNone && isFileList ? null : value];
    }),
  );
}
