import type { AppGraph, InputField } from "@diwan/contracts";
import { parseNumber } from "@diwan/ui/parse-number";
import { acceptOf, type GivenFile, givenFiles } from "../../../shared/files/given-file.ts";
import { recordAt, recordsAt, stringAt, textsAt } from "./json.ts";

export type FormValue = string | boolean | readonly GivenFile[];
export type FormValues = Record<string, FormValue>;
export type FieldProblem =
  | "required"
  | "number"
  | "too-long"
  | "json"
  | "option"
  | "file-coming"
  | "file-refused"
  | "too-many-files";

/** Inputs the form cannot take yet. */
export function comesLater(field: Pick<InputField, "type">): boolean {
  return field.type === "external_data_tool";
}

export function takesFiles(field: { type: string }): boolean {
  return field.type === "file" || field.type === "file-list";
}

/** By input, which files the browser offers for it; as the app's start step has it. */
export function acceptsOf({ nodes }: Pick<AppGraph, "nodes">): Record<string, string> {
  const starts = nodes.map((node) => recordAt(node, "data")).filter((data) => stringAt(data, "type") === "start");
  return Object.fromEntries(
    starts
      .flatMap((data) => recordsAt(data, "variables"))
      .map((field) => [
        stringAt(field, "variable"),
        acceptOf(textsAt(field, "allowed_file_types"), textsAt(field, "allowed_file_extensions")),
      ]),
  );
}

/** A form's values after one field has changed; files are changed where they are, for several may be on their way. */
export function withValue(
  values: FormValues,
  name: string,
  change: FormValue | ((files: readonly GivenFile[]) => GivenFile[]),
): FormValues {
  return { ...values, [name]: typeof change === "function" ? change(filesOf(values[name])) : change };
}

export function filesOf(value: FormValue | undefined): readonly GivenFile[] {
  return typeof value === "object" ? value : [];
}

/** What the form starts with: values given (an earlier run's, a sample's), then the author's defaults. */
export function startValues(fields: InputField[], given: Record<string, unknown> = {}): FormValues {
  return Object.fromEntries(
    fields.map((field) => {
      const value = given[field.variable] ?? field.default;
      if (takesFiles(field)) return [field.variable, givenFiles(value)];
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

/** @param most  How many files there may be; null for any number. */
export function readFiles(
  files: readonly GivenFile[],
  { single, required, most }: { single: boolean; required: boolean; most: number | null },
): { value: unknown } | { problem: FieldProblem } {
  if (files.some((file) => file.why !== undefined)) return { problem: "file-refused" };
  if (files.some((file) => file.value === null)) return { problem: "file-coming" };
  if (files.length === 0) return required ? { problem: "required" } : { value: undefined };
  if (most !== null && files.length > most) return { problem: "too-many-files" };
  return { value: single ? files[0]?.value : files.map((file) => file.value) };
}

function readField(field: InputField, value: FormValue): { value: unknown } | { problem: FieldProblem } {
  if (takesFiles(field)) {
    const single = field.type === "file";
    return readFiles(filesOf(value), { single, required: field.required, most: single ? 1 : field.max_length });
  }
  if (typeof value === "object") return { value: undefined };
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
