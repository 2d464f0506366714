import type { ModelRequest } from "@diwan/models";
import {
  defineNode,
  fail,
  fillTemplate,
  type NodeContext,
  parseTextTemplate,
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
import { findClass } from "./find-class.ts";
import { classifierMessages, classifierText, type Question } from "./prompt.ts";
import { ClassifierSettings } from "./settings.ts";

/** Follows the branch of the class into which a model sorts a text. */
export const questionClassifierNode = defineNode<NodePorts, ClassifierSettings>({
  type: "question-classifier",
  version: 1,
  kind: "branch",
  settings: ClassifierSettings,
  needs: ["models", "conversation", "files"],
  async run(context, ports) {
    const { settings, variables } = context;
    const text = renderText(variables.get(settings.query_variable_selector) ?? null);
    const inputs = { query: text };
    if (settings.classes.length === 0) {
      const message = "The step has no classes to choose from.";
      return fail({ type: "ValueError", code: "node.question-classifier.no-classes", message }, { inputs });
    }
    let request: ModelRequest;
    let answer: WholeAnswer;
    try {
      request = await requestFor(context, text, ports);
      answer = await wholeAnswer(request, context, ports);
    } catch (error) {
      return failedCall(error, { inputs });
    }
    const { usage } = answer;
    const record = {
      inputs,
      processData: processDataOf(request, answer),
      ...(usage === undefined ? {} : { usage, metadata: metadataOf(usage) }),
    };
    const chosen = findClass(answer.text, settings.classes);
    if (chosen === undefined) {
      const message = "The model's answer names no class: it holds no JSON.";
      return fail({ type: "OutputParserError", code: "node.question-classifier.answer-unreadable", message }, record);
    }
    return succeed(
      {
        class_name: fillTemplate(parseTextTemplate(chosen.name), variables),
        class_label: chosen.label || `CLASS ${settings.classes.indexOf(chosen) + 1}`,
        class_id: chosen.id,
        usage: (usage ?? null) as Value,
      },
      { ...record, branch: chosen.id },
    );
  },
});

async function requestFor(
  { settings, variables, signal }: NodeContext<ClassifierSettings>,
  text: string,
  ports: NodePorts,
): Promise<ModelRequest> {
  const { model, classes, instruction, memory, vision } = settings;
  const { parameters, stop } = modelParameters(model.completion_params, variables);
  const history = await rememberedMessages(ports, memory, parameters);
  const question: Question = { text, classes, instructions: fillTemplate(instruction, variables) };
  const messages =
    model.mode === "completion"
      ? [{ role: "user" as const, content: classifierText(question, history) }]
      : classifierMessages(question, history);
  return {
    provider: model.provider,
    model: model.name,
    mode: model.mode,
    messages: withVision(messages, await visionFiles(vision, variables, { files: ports.files, signal })),
    parameters,
    stop,
  };
}
