import { type FinalRunStatus, noUsage, type RunEvent } from "@diwan/contracts";
import type { Run } from "../run.ts";

/** What a settled run's last event says. */
export function finishedEvent(run: Run & { status: FinalRunStatus }): RunEvent {
  const usage = run.usage ?? noUsage;
  return {
    type: "run.finished",
    workflowId: run.versionId,
    status: run.status,
    outputs: run.outputs,
    answer: run.answer,
    error: run.error,
    createdAt: run.createdAt,
    finishedAt: run.finishedAt ?? run.createdAt,
    elapsedMs: run.elapsedMs ?? 0,
    totalTokens: usage.total_tokens,
    totalSteps: run.totalSteps,
    exceptionsCount: run.exceptionsCount,
    usage,
  };
}
