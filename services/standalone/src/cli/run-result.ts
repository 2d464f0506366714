import type { FinishedRun } from "@diwan/runs";

/** What `diwan run --output json` prints: a contract for scripts. */
export function runResult({ run, steps }: FinishedRun): object {
  return {
    run_id: run.id,
    status: run.status,
    outputs: run.outputs,
    answer: run.mode === "advanced-chat" ? run.answer : null,
    error: run.error === null ? null : { code: run.error.code, message: run.error.message, node_id: run.error.nodeId },
    elapsed_ms: run.elapsedMs,
    total_tokens: run.usage?.total_tokens ?? 0,
    total_steps: run.totalSteps,
    steps: steps
      .filter(({ status }) => status !== "retried")
      .map((step) => ({
        index: step.index,
        node_id: step.nodeId,
        node_type: step.nodeType,
        title: step.title,
        status: step.status,
        frame: step.frame,
        inputs: step.inputs,
        outputs: step.outputs,
        error: step.error?.message ?? null,
        elapsed_ms: step.finishedAt - step.startedAt,
      })),
  };
}
