import { z } from "zod";
import { type Template, templateOf } from "../jinja/template.ts";
import { MemoryField, ModelField, VisionField } from "../model-step/settings.ts";
import { AnyValue, listOf, SelectorField, textOrEmpty } from "../settings.ts";

/** A prompt text in one of its two languages, ready to render. */
export type PromptText = { language: "basic"; text: string } | { language: "jinja2"; template: Template };

const promptFields = { text: textOrEmpty, edition_type: z.string().nullish(), jinja2_text: z.string().nullish() };

function promptText(prompt: { text: string; edition_type?: string | null; jinja2_text?: string | null }): PromptText {
  if (prompt.edition_type !== "jinja2") return { language: "basic", text: prompt.text };
  return { language: "jinja2", template: templateOf(prompt.jinja2_text ?? prompt.text) };
}

const ChatMessage = z
  .object({ role: z.enum(["system", "user", "assistant"]), ...promptFields })
  .transform((message) => ({ role: message.role, prompt: promptText(message) }));

const CompletionPrompt = z.object(promptFields).transform((prompt) => ({ prompt: promptText(prompt) }));

export const LlmSettings = z.object({
  model: ModelField,
  prompt_template: z.union([
    z.array(ChatMessage).transform((messages) => ({ kind: "chat" as const, messages })),
    CompletionPrompt.transform(({ prompt }) => ({ kind: "completion" as const, prompt })),
  ]),
  prompt_config: z
    .object({ jinja2_variables: listOf(z.object({ variable: z.string(), value_selector: SelectorField })) })
    .nullish(),
  memory: MemoryField,
  context: z.object({ enabled: z.boolean().nullish(), variable_selector: z.array(z.string()).nullish() }).nullish(),
  vision: VisionField,
  structured_output: z.object({ schema: AnyValue.nullish() }).nullish(),
  structured_output_switch_on: z.boolean().nullish(),
  structured_output_enabled: z.boolean().nullish(),
  reasoning_format: z.enum(["tagged", "separated"]).nullish(),
});
export type LlmSettings = z.output<typeof LlmSettings>;
