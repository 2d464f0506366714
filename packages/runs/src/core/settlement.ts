import { noUsage } from "@diwan/contracts";
import type { RunProgress, RunState } from "@diwan/workflow";
import type { DriveEnd } from "../engine/drive-run.ts";
import type { RunSettlement } from "../ports.ts";
import type { Run } from "../run.ts";

/** What a run that was driven to this end is settled with. A failed run gives no outputs. */
export function settlementOf(
  run: Run,
  end: Exclude<DriveEnd, { status: "paused" }>,
  progress: RunProgress | undefined,
  finishedAt: number,
): RunSettlement {
  const state = progress?.state;
  return {
    status: end.status,
    outputs: end.status === "failed" ? {} : (state?.outputs ?? {}),
    answer: progress?.answer ?? "",
    error: end.status === "failed" ? end.error : null,
    usage: state?.usage ?? noUsage,
    totalSteps: state === undefined ? 0 : state.totalSteps + abandonedSteps(state),
    exceptionsCount: state?.exceptionsCount ?? 0,
    finishedAt,
    elapsedMs: finishedAt - (run.startedAt ?? run.createdAt),
  };
}

/** Steps that were at work when the run ended without them. */
function abandonedSteps({ root }: RunState): number {
  return [...root.open.values()].filter(({ index, phase }) => index > 0 && phase === "run").length;
}
