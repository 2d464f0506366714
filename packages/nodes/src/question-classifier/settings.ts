import { parseTextTemplate } from "@diwan/workflow";
import { z } from "zod";
import { MemoryField, ModelField, VisionField } from "../model-step/settings.ts";
import { listOf, textOrEmpty } from "../settings.ts";

const Class = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  /** Describes the class to the model; may hold placeholders. */
  name: textOrEmpty,
  label: textOrEmpty,
});
export type Class = z.output<typeof Class>;

export const ClassifierSettings = z.object({
  query_variable_selector: listOf(z.string()),
  model: ModelField,
  classes: listOf(Class),
  instruction: textOrEmpty.transform(parseTextTemplate),
  memory: MemoryField,
  vision: VisionField,
});
export type ClassifierSettings = z.output<typeof ClassifierSettings>;
