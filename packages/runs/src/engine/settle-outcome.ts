import type { FramePath, RecordedCall, StepSettled } from "@diwan/contracts";
import type { Failed, GraphNode, Succeeded, Value } from "@diwan/workflow";

export type StepFacts = {
  stepId: string;
  frame: FramePath;
  /** The container whose round it runs in. */
  container: GraphNode | undefined;
  attempt: number;
  index: number;
  startedAt: number;
  finishedAt: number;
  calls: RecordedCall[];
};

/** Containers tell how many rounds they are. A failure that is final is not tried again, whatever the step's policy. */
export type StepOutcome = (Succeeded | Failed) & { steps?: number; isFinal?: boolean };

/** What a step's outcome means: its retry policy and error strategy applied, ready for the journal. */
export function settleOutcome(node: GraphNode, facts: StepFacts, outcome: StepOutcome): StepSettled {
  const { container, calls, ...rest } = facts;
  const common = {
    kind: "settled" as const,
    nodeId: node.id,
    nodeType: node.type,
    title: node.title,
    ...rest,
    inputs: outcome.inputs ?? {},
    processData: outcome.processData ?? {},
    usage: outcome.usage ?? null,
    metadata: container === undefined ? (outcome.metadata ?? {}) : withPlace(outcome.metadata, facts, container),
    streams: outcome.streams ?? [],
    ...(calls.length === 0 ? {} : { calls }),
    ...(outcome.steps === undefined ? {} : { rounds: outcome.steps }),
  };
  if (outcome.status === "succeeded") {
    const branch = node.chooses ? (outcome.branch ?? (node.kind === "branch" ? null : "source")) : null;
    const writes = outcome.writes === undefined || outcome.writes.length === 0 ? {} : { writes: outcome.writes };
    return { ...common, ...writes, status: "succeeded", branch, outputs: outcome.outputs, error: null };
  }
  const failed = { ...common, branch: null, outputs: outcome.outputs ?? {}, error: outcome.error };
  if (facts.attempt <= node.retry.maxRetries && outcome.isFinal !== true) return { ...failed, status: "retried" };
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

/** Inside a container clients are told the round: `iteration_id` and `iteration_index`, or those of a loop. */
function withPlace(metadata: Record<string, Value> | undefined, { frame }: StepFacts, { type, id }: GraphNode) {
  return { ...metadata, [`${type}_id`]: id, [`${type}_index`]: frame.at(-1)![1] };
}

function errorOutputs({ error }: Failed): Record<string, Value> {
  return { error_message: error.message, error_type: error.type };
}
