import type { ModelMessage } from "@diwan/models";
import {
  fillTemplate,
  isFile,
  parseTextTemplate,
  renderText,
  selectorsOf,
  type TemplateSegment,
  type Value,
  type VariablePool,
} from "@diwan/workflow";
import type { RenderOptions } from "../jinja/template.ts";
import { type FileReading, fileParts } from "../model-step/file-part.ts";
import type { LlmSettings, PromptText } from "./settings.ts";

/** A prompt that cannot be put together; `type` is the class name that clients know. */
export class PromptError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** What the prompt reads: one value for each selector in it, and the context text. */
export type PromptValues = { inputs: Record<string, Value>; jinja: Record<string, Value>; context: string };

const CONTEXT = "{{#context#}}";

/**
 * Collects everything that the prompts read, before the first of them is rendered.
 *
 * @throws PromptError VariableNotFoundError for a selector without a value.
 */
export function collectValues(settings: LlmSettings, variables: VariablePool): PromptValues {
  const inputs: Record<string, Value> = {};
  for (const segments of basicTemplates(settings)) {
    for (const selector of selectorsOf(segments)) inputs[`#${selector.join(".")}#`] = present(variables, selector);
  }
  const jinja: Record<string, Value> = {};
  for (const { variable, value_selector } of settings.prompt_config?.jinja2_variables ?? []) {
    jinja[variable] = present(variables, value_selector);
    inputs[variable] = jinjaInput(jinja[variable]);
  }
  const context = contextText(settings, variables);
  if (context !== "") inputs["#context#"] = context;
  return { inputs, jinja, context };
}

function basicTemplates({ prompt_template, memory }: LlmSettings): TemplateSegment[][] {
  const prompts =
    prompt_template.kind === "chat" ? prompt_template.messages.map((one) => one.prompt) : [prompt_template.prompt];
  const texts = prompts.flatMap((prompt) => (prompt.language === "basic" ? [parseTextTemplate(prompt.text)] : []));
  return memory == null ? texts : [...texts, memory.query_prompt_template];
}

function present(variables: VariablePool, selector: readonly string[]): Value {
  const value = variables.get(selector);
  if (value === undefined) throw new PromptError("VariableNotFoundError", `Variable ${selector.join(".")} not found.`);
  return value;
}

/** As the step's recorded inputs show a Jinja2 value: always text. */
function jinjaInput(value: Value): string {
  if (!Array.isArray(value)) return renderText(value);
  return value.map((item) => (isKnowledgeItem(item) ? item.content : renderText(item))).join("\n");
}

function isKnowledgeItem(item: Value): item is { content: string; metadata: Value } {
  return (
    typeof item === "object" &&
    item !== null &&
    "content" in item &&
    "metadata" in item &&
    typeof item.content === "string"
  );
}

/** @throws PromptError InvalidContextStructureError for a list item without content. */
function contextText({ context }: LlmSettings, variables: VariablePool): string {
  if (context?.enabled !== true || context.variable_selector == null) return "";
  const value = variables.get(context.variable_selector);
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return "";
  let text = "";
  for (const item of value) {
    if (typeof item === "string") {
      text += `${item}\n`;
      continue;
    }
    const { content, summary } = (item ?? {}) as { content?: Value; summary?: Value };
    if (typeof content !== "string") {
      throw new PromptError("InvalidContextStructureError", "Every entry of the context needs a content text.");
    }
    if (typeof summary === "string" && summary !== "") text += `${summary}\n`;
    text += `${content}\n`;
  }
  return text.trim();
}

/** The messages of a chat model, without history; each file named inside a text becomes a message of its own after it. */
export async function chatMessages(
  prompts: readonly { role: ModelMessage["role"]; prompt: PromptText }[],
  values: PromptValues,
  variables: VariablePool,
  reading: FileReading & RenderOptions,
): Promise<ModelMessage[]> {
  const messages: ModelMessage[] = [];
  for (const { role, prompt } of prompts) {
    const { text, files } = await renderPrompt(prompt, values, variables, reading);
    if (text !== "") messages.push({ role, content: text });
    for (const part of await fileParts(files, "high", reading)) messages.push({ role, content: [part] });
  }
  return messages;
}

/**
 * The one text of a completion model. History replaces `#histories#` (the braces around it stay), or stands in front
 * with a newline, which is there without history too.
 */
export async function completionText(
  prompt: PromptText,
  values: PromptValues,
  variables: VariablePool,
  { history, query }: { history: string; query: string },
  options: RenderOptions,
): Promise<string> {
  const { text } = await renderPrompt(prompt, values, variables, options);
  const withHistory = text.includes("#histories#") ? text.replaceAll("#histories#", history) : `${history}\n${text}`;
  return withHistory.replaceAll("#sys.query#", query);
}

async function renderPrompt(
  prompt: PromptText,
  values: PromptValues,
  variables: VariablePool,
  options: RenderOptions,
): Promise<{ text: string; files: Value[] }> {
  if (prompt.language === "jinja2") return { text: await prompt.template.render(values.jinja, options), files: [] };
  const segments = parseTextTemplate(prompt.text.replaceAll(CONTEXT, () => values.context));
  const files = segments.flatMap((segment) => {
    const value = segment.type === "variable" ? variables.get(segment.selector) : undefined;
    if (Array.isArray(value)) return value.filter((item) => isFile(item));
    return value !== undefined && isFile(value) ? [value] : [];
  });
  return { text: fillTemplate(segments, variables), files };
}
