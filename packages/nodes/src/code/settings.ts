import { z } from "zod";
import { declaredTypes, listOf, SelectorField, textOrEmpty } from "../settings.ts";

export type OutputType = (typeof declaredTypes)[number];

/** What a program has to return, by name; null where anything goes. */
export type OutputSchema = { readonly [name: string]: OutputField } | null;
export type OutputField = { type: OutputType; children: OutputSchema };

const OutputFields: z.ZodType<OutputSchema> = z.lazy(() =>
  z
    .record(z.string(), z.object({ type: z.enum(declaredTypes), children: OutputFields }))
    .nullish()
    .transform((fields) => fields ?? null),
);

export const CodeSettings = z.object({
  variables: listOf(
    z.object({ variable: z.string(), value_selector: SelectorField, value_type: z.string().nullish() }),
  ),
  code_language: z.enum(["python3", "javascript"]),
  code: textOrEmpty,
  outputs: OutputFields,
  diwan: z
    .object({ timeout_seconds: z.number().positive().nullish().catch(null) })
    .nullish()
    .catch(null),
});
export type CodeSettings = z.output<typeof CodeSettings>;
