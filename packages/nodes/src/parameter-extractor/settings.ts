import { parseTextTemplate } from "@diwan/workflow";
import { z } from "zod";
import { MemoryField, ModelField, VisionField } from "../model-step/settings.ts";
import { listOf, textOrEmpty } from "../settings.ts";

const types = [
  "string",
  "number",
  "boolean",
  "array[string]",
  "array[number]",
  "array[object]",
  "array[boolean]",
] as const;
export type ParameterType = (typeof types)[number];

/** Spellings of older files. */
const oldTypes: Record<string, ParameterType> = { bool: "boolean", select: "string" };

/** Outputs of the step itself. */
const reservedNames = ["__reason", "__is_success", "__usage"];

const Parameter = z.object({
  name: z
    .string()
    .min(1)
    .refine((name) => !reservedNames.includes(name), "is a name that the step uses itself"),
  type: z
    .string()
    .transform((type) => oldTypes[type] ?? type)
    .pipe(z.enum(types)),
  description: textOrEmpty,
  required: z
    .boolean()
    .nullish()
    .transform((required) => required === true),
  options: listOf(z.string()),
});
export type Parameter = z.output<typeof Parameter>;

export const ExtractorSettings = z.object({
  query: listOf(z.string()),
  model: ModelField,
  parameters: listOf(Parameter),
  instruction: textOrEmpty.transform(parseTextTemplate),
  reasoning_mode: z
    .enum(["function_call", "prompt", ""])
    .nullish()
    .transform((mode) => mode || "function_call"),
  memory: MemoryField,
  vision: VisionField,
});
export type ExtractorSettings = z.output<typeof ExtractorSettings>;
