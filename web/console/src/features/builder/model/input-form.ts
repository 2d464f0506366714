import type { InputField } from "@diwan/contracts";
import { parseNumber } from "@diwan/ui/parse-number";

export type FormValues = Record<string, string | boolean>;
export type FieldProblem = "required" | "number" | "too-long" | "json" | "option";

const fileTypes: ReadonlySet<string> = new Set(["file", "file-list", "external_data_tool"]);

/** Inputs the form cannot take yet. */
export function comesLater(field: InputField): boolean {
  return fileTypes.has(field.type);
}

/** What the form starts with: values given (an earlier run's, a sample's), then the author's defaults. */
export function startValues(fields: InputField[], given: Record<string, unknown> = {}): FormValues {
  return Object.fromEntries(
    fields.map((field) => {
      const value = given[field.variable] ?? field.default;
      if (field.type === "checkbox") return [field.variable, value === true || value === "true"];
      if (field.type === "select" && !field.options.includes(String(value ?? ""))) {
        return [field.variable, field.required ? (field.options[0] ?? "") : ""];
      }
      if (value === null || value === undefined) return [field.variable, ""];
      return [field.variable, typeof value === "object" ? JSON.stringify(value, null, 2) : String(value)];
    }),
  );
}

export type FormReading =
  | { ok: true; inputs: Record<string, unknown> }
  | { ok: false; problems: Record<string, FieldProblem> };

/** The inputs of a run as the server checks them; an optional field left empty is left out. */
export function readForm(fields: InputField[], values: FormValues): FormReading {
  const inputs: Record<string, unknown> = {};
  const problems: Record<string, FieldProblem> = {};
  for (const field of fields) {
    if (comesLater(field)) continue;
    const read = readField(field, values[field.variable] ?? "");
    if ("problem" in read) problems[field.variable] = read.problem;
    else if (read.value !== undefined) inputs[field.variable] = read.value;
  }
  return Object.keys(problems).length === 0 ? { ok: true, inputs } : { ok: false, problems };
}

function readField(field: InputField, value: string | boolean): { value: unknown } | { problem: FieldProblem } {
  if (typeof value === "boolean" || field.type === "checkbox") return { value: value === true || value === "true" };
  if (value.trim() === "") return field.required ? { problem: "required" } : { value: undefined };
  switch (field.type) {
    case "number": {
      const number = parseNumber(value);
      return number === undefined ? { problem: "number" } : { value: number };
    }
    case "json_object":
      return readObject(value);
    case "select":
      return field.options.includes(value) ? { value } : { problem: "option" };
    default:
      return field.max_length !== null && [...value].length > field.max_length ? { problem: "too-long" } : { value };
  }
}

function readObject(text: string): { value: unknown } | { problem: FieldProblem } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { value } : { problem: "json" };
  } catch {
    return { problem: "json" };
  }
}
