import { DiwanError } from "@diwan/kernel";
import type { ModelMessage, ModelRequest } from "@diwan/models";
import {
  defineNode,
  fillTemplate,
  isObject,
  type NodeContext,
  type ObjectValue,
  renderText,
  succeed,
  type Value,
} from "@diwan/workflow";
import { rememberedMessages } from "../model-step/history.ts";
import { modelParameters } from "../model-step/parameters.ts";
import { metadataOf, processDataOf } from "../model-step/record.ts";
import { visionFiles, withVision } from "../model-step/vision.ts";
import { failedCall, type WholeAnswer, wholeAnswer } from "../model-step/whole-answer.ts";
import type { NodePorts } from "../ports.ts";
import { findJson } from "../shared/json-in-text.ts";
import { coerced, problemWithResult } from "./check-result.ts";
import { extractionTool } from "./parameter-schema.ts";
import { answerMessages, answerText, callMessages, type Extraction } from "./prompt.ts";
import { ExtractorSettings } from "./settings.ts";

type Context = NodeContext<ExtractorSettings>;

/** Has a model read values out of a text. A result that does not fit is told in outputs; the step succeeds. */
export const parameterExtractorNode = defineNode<NodePorts, ExtractorSettings>({
  type: "parameter-extractor",
  version: 1,
  kind: "executable",
  settings: ExtractorSettings,
  needs: ["models", "conversation", "files"],
  async run(context, ports) {
    const { settings, variables } = context;
    const text = renderText(variables.get(settings.query) ?? null);
    const instructions = fillTemplate(settings.instruction, variables);
    const inputs: Record<string, Value> = {
      query: text,
      instruction: instructions,
      parameters: settings.parameters.map((parameter) => ({ ...parameter })),
    };
    let asked: Asked;
    try {
      asked = await ask(context, { text, parameters: settings.parameters, instructions }, ports);
    } catch (error) {
      const failed = failedCall(error, { inputs });
      return { ...failed, outputs: { __is_success: 0, __reason: failed.error.message } };
    }
    const { request, answer } = asked;
    const result = resultIn(answer);
    const problem =
      result === undefined
        ? "The model's answer holds no JSON object."
        : problemWithResult(settings.parameters, result);
    return succeed(
      {
        __is_success: problem === undefined ? 1 : 0,
        __reason: problem ?? null,
        __usage: (answer.usage ?? null) as Value,
        ...coerced(settings.parameters, result ?? {}),
      },
      {
        inputs,
        processData: {
          ...processDataOf(request, answer),
          tool_calls: answer.toolCalls.map(({ type: _, ...call }) => call),
        },
        ...(answer.usage === undefined ? {} : { usage: answer.usage, metadata: metadataOf(answer.usage) }),
      },
    );
  },
});

type Asked = { request: ModelRequest; answer: WholeAnswer };

/** Asks for a tool call first. A model that refuses such a request is asked for an answer in words. */
async function ask(context: Context, extraction: Extraction, ports: NodePorts): Promise<Asked> {
  const { model, reasoning_mode, memory } = context.settings;
  const { parameters } = modelParameters(model.completion_params, context.variables);
  const history = await rememberedMessages(ports, memory, parameters);
  const send = async (request: ModelRequest) => ({ request, answer: await wholeAnswer(request, context, ports) });
  if (reasoning_mode === "function_call" && model.mode === "chat") {
    const request = await requestWith(context, callMessages(extraction, history), ports);
    try {
      return await send({ ...request, tools: [extractionTool(extraction.parameters)] });
    } catch (error) {
      if (!(error instanceof DiwanError && error.code === "model.request-refused")) throw error;
    }
  }
  const messages: ModelMessage[] =
    model.mode === "completion"
      ? [{ role: "user", content: answerText(extraction, history) }]
      : answerMessages(extraction, history);
  return send(await requestWith(context, messages, ports));
}

async function requestWith(
  { settings, variables, signal }: Context,
  messages: ModelMessage[],
  ports: NodePorts,
): Promise<ModelRequest> {
  const { model, vision } = settings;
  return {
    provider: model.provider,
    model: model.name,
    mode: model.mode,
    messages: withVision(messages, await visionFiles(vision, variables, { files: ports.files, signal })),
    ...modelParameters(model.completion_params, variables),
  };
}

/** The arguments of the first call, else the first JSON object of the text. */
function resultIn({ toolCalls, text }: WholeAnswer): ObjectValue | undefined {
  const [call] = toolCalls;
  const found = findJson(call === undefined ? text : call.arguments, isObject);
  return found as ObjectValue | undefined;
}
