import { noUsage, type RunEvent, type SequencedRunEvent } from "@diwan/contracts";
import type { WorkspaceScope } from "@diwan/kernel";
import { hasEnded, type Run } from "@diwan/runs";
import type { ApiNeeds } from "./needs.ts";

/** How long a run that is not known to the live stream may take to begin, between two looks at the store. */
const LOOK_AGAIN_MS = 250;

/**
 * A run's events after a number, past and coming. Where the live stream has nothing (any more), a run that ended gives
 * its last event, made from what is stored; one that has not begun is waited for.
 */
export async function* readRunEvents(
  { live, runs }: Pick<ApiNeeds, "live" | "runs">,
  scope: WorkspaceScope,
  run: Run,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<SequencedRunEvent> {
  while (!signal.aborted) {
    const events = await live.read(run.id, after, signal);
    if (events !== undefined) {
      let finished = false;
      for await (const event of events) {
        yield event;
        finished = event.event.type === "run.finished";
      }
      if (finished || signal.aborted) return;
    }
    const now = await runs.find(scope, run.id);
    if (now === undefined) return;
    if (hasEnded(now)) {
      yield { seq: after + 1, event: finishedEvent(now) };
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** What a settled run's last event says. */
export function finishedEvent(run: Run & { status: Extract<RunEvent, { type: "run.finished" }>["status"] }): RunEvent {
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
