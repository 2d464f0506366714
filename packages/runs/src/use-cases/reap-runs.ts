import type { Clock, Logger } from "@diwan/kernel";
import { finishedEvent } from "../core/finished-event.ts";
import { RunErrors } from "../errors.ts";
import type { AbandonedRun, AbandonedRuns, LiveEvents, RunQueue, RunStore } from "../ports.ts";
import { hasEnded } from "../run.ts";

type Needs = {
  abandoned: AbandonedRuns;
  runs: RunStore;
  live: LiveEvents;
  queue: RunQueue;
  clock: Clock;
  logger: Logger;
  limits: ReaperLimits;
};

export type ReaperLimits = {
  /** A queued run this old may have lost its job; it is offered again. */
  requeueAfterMs: number;
  /** A queued run this old is given up. */
  queueDeadlineMs: number;
  /** Takeovers without a new journal entry in between before a run is given up. */
  maxFruitlessTakeovers: number;
};

/** @source operations, runs in operation */
export const defaultReaperLimits: ReaperLimits = {
  requeueAfterMs: 10_000,
  queueDeadlineMs: 3_600_000,
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
  const found = await needs.abandoned.find(now, now - needs.limits.requeueAfterMs, BATCH);
  let requeued = 0;
  let failed = 0;
  for (const run of found) {
    const reason = reasonToGiveUp(run, now, needs.limits);
    if (reason === undefined) {
      await needs.queue.offerAgain(run.queue, { scope: run.scope, runId: run.runId });
      requeued += 1;
    } else if (await needs.abandoned.fail(run, { code: reason.code, message: reason.message, nodeId: null }, now)) {
      needs.logger.warn({ run_id: run.runId, code: reason.code }, "A run was given up.");
      await tellReaders(needs, run);
      failed += 1;
    }
  }
  return { requeued, failed };
}

/** Whoever still reads the run's stream learns how it ended. */
async function tellReaders({ runs, live }: Needs, { scope, runId }: AbandonedRun): Promise<void> {
  const run = await runs.find(scope, runId);
  if (run === undefined || !hasEnded(run)) return;
  const writer = await live.open(runId);
  await writer.append([finishedEvent(run)]);
  await writer.close();
}

function reasonToGiveUp(run: AbandonedRun, now: number, limits: ReaperLimits) {
  if (run.state === "running" && run.fruitlessTakeovers >= limits.maxFruitlessTakeovers) {
    return RunErrors["worker-lost"]({ takeovers: run.fruitlessTakeovers });
  }
  if (run.state === "queued" && now - run.queuedAt > limits.queueDeadlineMs) {
    return RunErrors["not-started"]({ seconds: Math.round(limits.queueDeadlineMs / 1000) });
  }
  return undefined;
}
