import type { ModelUsage } from "@diwan/contracts";
import { DiwanError } from "@diwan/kernel";
import type { ModelPart, ModelRequest } from "@diwan/models";
import { type Failed, fail, type NodeContext } from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";
import { stepErrorOf } from "../step-error.ts";
import { modelErrorType } from "./model-error-type.ts";
import { separateReasoning } from "./think-splitter.ts";

export type ToolCall = Extract<ModelPart, { type: "tool-call" }>;

/** What a model said in all, for steps that need the answer as a whole. */
export type WholeAnswer = {
  /** Without reasoning, whether it came apart from the text or in `<think>` tags. */
  text: string;
  toolCalls: ToolCall[];
  usage: ModelUsage | undefined;
  finishReason: string | null;
};

/** @throws model.* */
export async function wholeAnswer(
  request: ModelRequest,
  { signal, stepId, attempt }: Pick<NodeContext<unknown>, "signal" | "stepId" | "attempt">,
  { models }: Pick<NodePorts, "models">,
): Promise<WholeAnswer> {
  const answer: WholeAnswer = { text: "", toolCalls: [], usage: undefined, finishReason: null };
  for await (const part of models.stream(request, { signal, stepId, attempt })) {
    if (part.type === "text-delta") answer.text += part.text;
    else if (part.type === "tool-call") answer.toolCalls.push(part);
    else if (part.type === "usage") answer.usage = part.usage;
    else if (part.type === "finish") answer.finishReason = part.reason;
  }
  return { ...answer, text: separateReasoning(answer.text).text };
}

/** The outcome of a step whose model call broke. */
export function failedCall(error: unknown, rest: Omit<Failed, "status" | "error">): Failed {
  return fail(stepErrorOf(error, error instanceof DiwanError ? modelErrorType(error.code) : "WorkflowNodeError"), rest);
}
