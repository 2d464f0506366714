import type { Clock } from "@diwan/kernel";
import { RunErrors } from "../errors.ts";
import type { AbandonedRun, RunLoad } from "../ports.ts";
import { type GiveUpNeeds, giveUp } from "./give-up.ts";
import { notStarted } from "./give-up-queued.ts";

type Needs = GiveUpNeeds & { load: Pick<RunLoad, "atWork">; clock: Clock; limits: ReaperLimits };

export type ReaperLimits = {
  /** A queued run this old may be missing in the queue; it is put there again. */
  requeueAfterMs: number;
  /** A queued run this old is given up. */
  queueDeadlineMs: number;
  /** A run that waits for people this long is given up. */
  pauseDeadlineMs: number;
  /** Takeovers without a new journal entry in between before a run is given up. */
  maxFruitlessTakeovers: number;
};

/** @source operations, runs in operation */
export const defaultReaperLimits: ReaperLimits = {
  requeueAfterMs: 10_000,
  queueDeadlineMs: 3_600_000,
  pauseDeadlineMs: 604_800_000,
  maxFruitlessTakeovers: 3,
};

const BATCH = 200;

/**
 * Finds runs that nobody works on and gives each its way on: back into the queue, or an end with a reason. The only
 * place that requeues, so two mechanisms never race.
 *
 * @returns How many were requeued and how many ended.
 */
export async function reapRuns(needs: Needs): Promise<{ requeued: number; failed: number }> {
  const now = needs.clock.now();
  const found = await needs.abandoned.find(
    { now, queuedBefore: now - needs.limits.requeueAfterMs, pausedBefore: now - needs.limits.pauseDeadlineMs },
    BATCH,
  );
  let requeued = 0;
  let failed = 0;
  for (const run of found) {
    const reason = await reasonToGiveUp(needs, run, now);
    if (reason === undefined) {
      await needs.queue.enqueue(run.queue, { scope: run.scope, runId: run.runId });
      requeued += 1;
    } else if (await giveUp(needs, run, { code: reason.code, message: reason.message, nodeId: null }, now)) {
      failed += 1;
    }
  }
  return { requeued, failed };
}

async function reasonToGiveUp(needs: Needs, run: AbandonedRun, now: number) {
  const { limits } = needs;
  if (run.state === "running" && run.fruitlessTakeovers >= limits.maxFruitlessTakeovers) {
    return RunErrors["worker-lost"]({ takeovers: run.fruitlessTakeovers });
  }
  if (run.state === "queued" && now - run.queuedAt > limits.queueDeadlineMs) {
    return notStarted(needs, limits.queueDeadlineMs);
  }
  if (run.state === "paused") return RunErrors["pause-expired"]({ seconds: Math.round(limits.pauseDeadlineMs / 1000) });
  return undefined;
}
