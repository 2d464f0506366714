import { parseTextTemplate } from "@diwan/workflow";
import { z } from "zod";
import { AnyObject, AnyValue, textOrEmpty } from "../settings.ts";

const WholeNumber = AnyValue.nullish().transform((value) => (typeof value === "number" ? value : null));

/** The model that a step asks. */
export const ModelField = z.object({
  provider: z.string(),
  name: z.string(),
  mode: z.enum(["chat", "completion"]),
  completion_params: AnyObject.nullish().transform((parameters) => parameters ?? {}),
});
export type ModelField = z.output<typeof ModelField>;

export const MemoryField = z
  .object({
    role_prefix: z.object({ user: textOrEmpty, assistant: textOrEmpty }).nullish(),
    window: z.object({ enabled: z.boolean().nullish(), size: WholeNumber }).nullish(),
    query_prompt_template: textOrEmpty.transform(parseTextTemplate),
  })
  .nullish();
export type MemoryField = z.output<typeof MemoryField>;

export const VisionField = z
  .object({
    enabled: z.boolean().nullish(),
    configs: z
      .object({ variable_selector: z.array(z.string()).nullish(), detail: z.enum(["low", "high"]).nullish() })
      .nullish(),
  })
  .nullish();
export type VisionField = z.output<typeof VisionField>;
