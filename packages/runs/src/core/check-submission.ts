import type { PauseReason } from "@diwan/contracts";
import { isFile, isObject, type Value } from "@diwan/workflow";

/**
 * Holds what a person sent against the form. Fields that the form does not have are dropped; only paragraphs may be left
 * out.
 */
export function checkSubmission(
  { inputs: fields, actions }: PauseReason,
  { action, inputs }: { action: string; inputs: Readonly<Record<string, Value>> },
): { inputs: Record<string, Value> } | { problem: string } {
  if (!actions.some(({ id }) => id === action)) {
    return { problem: `action must be one of: ${actions.map(({ id }) => id).join(", ")}` };
  }
  const checked: Record<string, Value> = {};
  for (const field of fields) {
    const { output_variable_name: name } = field;
    const given = Object.hasOwn(inputs, name) ? inputs[name]! : null;
    const problem = problemWith(field, given);
    if (problem !== undefined) return { problem };
    checked[name] = given ?? "";
  }
  return { inputs: checked };
}

function problemWith(field: PauseReason["inputs"][number], given: Value): string | undefined {
  const { output_variable_name: name, type } = field;
  if (given === null) return type === "paragraph" ? undefined : `inputs.${name} is required`;
  switch (type) {
    case "paragraph":
      return typeof given === "string" ? undefined : `inputs.${name} must be a text`;
    case "select": {
      const options = optionsOf(field);
      if (typeof given === "string" && options.includes(given)) return undefined;
      return `inputs.${name} must be one of: ${options.join(", ")}`;
    }
    case "file":
      return isFileLike(given) ? undefined : `inputs.${name} must be a file`;
    default: {
      if (!Array.isArray(given) || !given.every(isFileLike)) return `inputs.${name} must be a list of files`;
      const limit = field["number_limits"];
      return typeof limit === "number" && given.length > limit
        ? `inputs.${name} must have at most ${limit} files`
        : undefined;
    }
  }
}

function optionsOf(field: PauseReason["inputs"][number]): string[] {
  const source = field["option_source"] as { value?: unknown } | undefined;
  return Array.isArray(source?.value) ? source.value.map(String) : [];
}

function isFileLike(value: Value): boolean {
  return isFile(value) || isObject(value);
}
