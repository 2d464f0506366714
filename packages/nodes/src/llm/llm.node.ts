import type { StepStream } from "@diwan/contracts";
import { DiwanError } from "@diwan/kernel";
import type { ModelMessage, ModelRequest } from "@diwan/models";
import {
  defineNode,
  fail,
  fillTemplate,
  isObject,
  type NodeContext,
  type Outcome,
  parseJson,
  succeed,
  type Value,
} from "@diwan/workflow";
import { compileJsonSchema } from "../json-schema.ts";
import { historyText, rememberedMessages } from "../model-step/history.ts";
import { modelErrorType } from "../model-step/model-error-type.ts";
import { modelParameters } from "../model-step/parameters.ts";
import { metadataOf, processDataOf } from "../model-step/record.ts";
import { visionFiles, withVision } from "../model-step/vision.ts";
import type { NodePorts } from "../ports.ts";
import { stepErrorOf } from "../step-error.ts";
import { AnswerCollector } from "./answer-collector.ts";
import { chatMessages, collectValues, completionText, PromptError, type PromptValues } from "./prompt.ts";
import { LlmSettings } from "./settings.ts";

type Context = NodeContext<LlmSettings>;

/** Asks a language model and streams its answer. */
export const llmNode = defineNode<NodePorts, LlmSettings>({
  type: "llm",
  version: 1,
  kind: "executable",
  settings: LlmSettings,
  needs: ["models", "conversation", "files", "code"],
  retryable: true,
  async run(context, ports) {
    let values: PromptValues | undefined;
    try {
      values = collectValues(context.settings, context.variables);
      const request = await requestFor(context, values, ports);
      return await ask(context, request, values, ports);
    } catch (error) {
      const inputs = values?.inputs ?? {};
      if (error instanceof PromptError) {
        return fail({ type: error.type, code: "node.llm.prompt-invalid", message: error.message }, { inputs });
      }
      return fail(stepErrorOf(error, error instanceof DiwanError ? modelErrorType(error.code) : "WorkflowNodeError"), {
        inputs,
      });
    }
  },
});

async function requestFor(context: Context, values: PromptValues, ports: NodePorts): Promise<ModelRequest> {
  const { settings, variables } = context;
  const { model } = settings;
  const { parameters, stop } = modelParameters(model.completion_params, variables);
  const messages = await messagesFor(context, values, ports, parameters);
  if (messages.length === 0) throw new PromptError("NoPromptFoundError", "All prompts of this step are empty.");
  return {
    provider: model.provider,
    model: model.name,
    mode: settings.prompt_template.kind,
    messages,
    parameters,
    stop,
    ...(wantsStructure(settings) ? { responseSchema: schemaOf(settings) } : {}),
  };
}

async function messagesFor(
  { settings, variables, signal }: Context,
  values: PromptValues,
  ports: NodePorts,
  parameters: Record<string, Value>,
): Promise<ModelMessage[]> {
  const { prompt_template: prompts, memory } = settings;
  const reading = { files: ports.files, code: ports.code, signal };
  const asked = variables.get(["sys", "query"]);
  const query = typeof asked === "string" ? asked : "";
  const turns = await rememberedMessages(ports, memory, parameters);

  if (prompts.kind === "completion") {
    if (memory != null && memory.role_prefix == null) {
      throw new PromptError("MemoryRolePrefixRequiredError", "Memory of a completion model needs role prefixes.");
    }
    const history = memory == null ? "" : historyText(turns, memory.role_prefix!);
    const content = await completionText(prompts.prompt, values, variables, { history, query }, reading);
    return withVision([{ role: "user", content }], await visionFiles(settings.vision, variables, reading));
  }
  const messages: ModelMessage[] = [...(await chatMessages(prompts.messages, values, variables, reading)), ...turns];
  if (memory != null) {
    const template = memory.query_prompt_template;
    const content = template.length > 0 ? fillTemplate(template, variables) : query;
    if (content !== "") messages.push({ role: "user", content });
  }
  return withVision(messages, await visionFiles(settings.vision, variables, reading));
}

async function ask(context: Context, request: ModelRequest, values: PromptValues, ports: NodePorts): Promise<Outcome> {
  const { settings, signal, stepId, attempt, emit } = context;
  const collector = new AnswerCollector(settings.reasoning_format ?? "tagged", emit);
  const record = () => ({
    inputs: values.inputs,
    processData: processDataOf(request, collector),
    ...(collector.usage === undefined ? {} : { usage: collector.usage, metadata: metadataOf(collector.usage) }),
  });
  try {
    for await (const part of ports.models.stream(request, { signal, stepId, attempt })) collector.add(part);
    collector.end();
  } catch (error) {
    const type = error instanceof DiwanError ? modelErrorType(error.code) : "WorkflowNodeError";
    return fail(stepErrorOf(error, type), { ...record(), streams: streamed(collector) });
  }
  const { text, reasoning } = collector.answer();
  const outputs: Record<string, Value> = {
    text,
    reasoning_content: reasoning,
    usage: (collector.usage ?? null) as Value,
    finish_reason: collector.finishReason,
  };
  if (wantsStructure(settings)) {
    const result = structured(text, settings);
    if ("problem" in result) {
      const message = `Structured output validation failed (stage=result, ${result.problem})`;
      return fail(
        { type: "StructuredOutputError", code: "node.llm.structure-invalid", message },
        { ...record(), streams: streamed(collector) },
      );
    }
    outputs["structured_output"] = result.value;
  }
  return succeed(outputs, { ...record(), streams: streamed(collector, text) });
}

/** What went out as text, left out where it is the output itself. */
function streamed(collector: AnswerCollector, output?: string): StepStream[] {
  return collector.streamedText === output ? [{ name: "text" }] : [{ name: "text", text: collector.streamedText }];
}

function wantsStructure(settings: LlmSettings): boolean {
  return settings.structured_output_switch_on === true || settings.structured_output_enabled === true;
}

/** @throws PromptError where the schema cannot be used. */
function schemaOf({ structured_output }: LlmSettings): Value {
  const schema = structured_output?.schema;
  if (isObject(schema ?? null)) return schema!;
  throw new PromptError(
    "LLMNodeError",
    "Invalid structured output schema (stage=schema, it must be a JSON Schema object).",
  );
}

function structured(text: string, settings: LlmSettings): { value: Value } | { problem: string } {
  try {
    const value = parseJson(text);
    const problem = compileJsonSchema(schemaOf(settings))(value);
    return problem === undefined ? { value } : { problem };
  } catch {
    return { problem: "the answer is no JSON" };
  }
}
