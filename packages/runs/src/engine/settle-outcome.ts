import type { StepSettled } from "@diwan/contracts";
import type { Failed, GraphNode, Outcome, Value } from "@diwan/workflow";

type Timing = { stepId: string; index: number; startedAt: number; finishedAt: number };

/** What a step's outcome means: its retry policy and error strategy applied, ready for the journal. */
export function settleOutcome(node: GraphNode, attempt: number, timing: Timing, outcome: Outcome): StepSettled {
  const common = {
    kind: "settled" as const,
    nodeId: node.id,
    nodeType: node.type,
    title: node.title,
    frame: [],
    attempt,
    ...timing,
    inputs: outcome.inputs ?? {},
    processData: outcome.processData ?? {},
    usage: outcome.usage ?? null,
    metadata: outcome.metadata ?? {},
    streams: outcome.streams ?? [],
  };
  if (outcome.status === "succeeded") {
    const branch = node.chooses ? (outcome.branch ?? (node.kind === "branch" ? null : "source")) : null;
    return { ...common, status: "succeeded", branch, outputs: outcome.outputs, error: null };
  }
  const failed = { ...common, branch: null, outputs: {}, error: outcome.error };
  if (attempt <= node.retry.maxRetries) return { ...failed, status: "retried" };
  const strategy = node.errorStrategy;
  if (strategy.type === "none") return { ...failed, status: "failed" };
  return {
    ...failed,
    status: "exception",
    outputs: { ...(strategy.type === "default-value" ? strategy.outputs : {}), ...errorOutputs(outcome) },
    branch: strategy.type === "fail-branch" ? "fail-branch" : null,
    metadata: { ...common.metadata, error_strategy: strategy.type },
  };
}

function errorOutputs({ error }: Failed): Record<string, Value> {
  return { error_message: error.message, error_type: error.type };
}
