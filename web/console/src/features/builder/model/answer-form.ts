import type { RunForm } from "@diwan/contracts";
import { acceptOf } from "../../../shared/files/given-file.ts";
import { type FieldProblem, type FormValues, filesOf, readFiles, takesFiles } from "./input-form.ts";
import { textsAt } from "./json.ts";

/** A field that a person is asked to fill in. */
export type AskedField = {
  name: string;
  label: string;
  type: "paragraph" | "select" | "file" | "file-list";
  options: string[];
  /** How many files it takes; null for any number. */
  most: number | null;
  accept: string;
};
export type FormPart = { kind: "text"; text: string } | { kind: "field"; field: AskedField };

const slot = /\{\{#\$output\.([^#{}]+)#\}\}/g;

/** The form as it is read from top to bottom: the author's text with fields in it; fields it does not name come last. */
export function formParts(form: RunForm): FormPart[] {
  const fields = new Map(form.inputs.map((input) => [input.output_variable_name, askedField(input)]));
  const parts: FormPart[] = [];
  const addText = (text: string) => {
    if (text.trim() !== "") parts.push({ kind: "text", text: text.trim() });
  };
  let end = 0;
  for (const match of form.content.matchAll(slot)) {
    const field = fields.get(match[1] ?? "");
    if (field === undefined) continue;
    addText(form.content.slice(end, match.index));
    parts.push({ kind: "field", field });
    fields.delete(field.name);
    end = match.index + match[0].length;
  }
  addText(form.content.slice(end));
  return [...parts, ...[...fields.values()].map((field): FormPart => ({ kind: "field", field }))];
}

export function askedFields(form: RunForm): AskedField[] {
  return form.inputs.map(askedField);
}

function askedField(input: RunForm["inputs"][number]): AskedField {
  const { output_variable_name: name, type } = input;
  const source = input["option_source"];
  const options = typeof source === "object" && source !== null && "value" in source ? source.value : [];
  const limit = input["number_limits"];
  return {
    name,
    label: labelOf(name),
    type: type === "select" || type === "file" || type === "file-list" ? type : "paragraph",
    options: Array.isArray(options) ? options.map(String) : [],
    most: type === "file" ? 1 : typeof limit === "number" && limit > 0 ? limit : null,
    accept: acceptOf(textsAt(input, "allowed_file_types"), textsAt(input, "allowed_file_extensions")),
  };
}

/** Fields have no label of their own, only the name of the variable they fill. */
function labelOf(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words === "" ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

export function startAnswers(form: RunForm): FormValues {
  return Object.fromEntries(
    askedFields(form).map((field) => {
      if (takesFiles(field)) return [field.name, []];
      const given = form.defaults[field.name] ?? "";
      return [field.name, field.type === "select" && !field.options.includes(given) ? "" : given];
    }),
  );
}

type Reading = { ok: true; inputs: Record<string, unknown> } | { ok: false; problems: Record<string, FieldProblem> };

/** What is sent, by the rules of the server: a paragraph may be left empty, all else must be given. */
export function readAnswers(form: RunForm, values: FormValues): Reading {
  const inputs: Record<string, unknown> = {};
  const problems: Record<string, FieldProblem> = {};
  for (const field of askedFields(form)) {
    const read = readAnswer(field, values[field.name] ?? "");
    if ("problem" in read) problems[field.name] = read.problem;
    else inputs[field.name] = read.value;
  }
  return Object.keys(problems).length === 0 ? { ok: true, inputs } : { ok: false, problems };
}

function readAnswer(field: AskedField, value: FormValues[string]): { value: unknown } | { problem: FieldProblem } {
  if (field.type === "file" || field.type === "file-list") {
    return readFiles(filesOf(value), { single: field.type === "file", required: true, most: field.most });
  }
  if (field.type === "paragraph") return { value };
  return typeof value === "string" && field.options.includes(value) ? { value } : { problem: "required" };
}

/** The field that the server's sentence is about, as in "inputs.remark must be a text". */
export function refusedField(form: RunForm, message: string): string | undefined {
  return form.inputs.find(({ output_variable_name: name }) => message.startsWith(`inputs.${name} `))
    ?.output_variable_name;
}

const looks = new Map([
  ["primary", "primary"],
  ["accent", "accent"],
  ["ghost", "quiet"],
] as const);
type Look = "primary" | "default" | "accent" | "quiet";

export function buttonLook(style: string): Look {
  return (looks as ReadonlyMap<string, Look>).get(style) ?? "default";
}
