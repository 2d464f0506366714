import type { RunError } from "@diwan/contracts";
import type { Logger } from "@diwan/kernel";
import { tellReaders } from "../engine/tell-readers.ts";
import type { AbandonedRun, AbandonedRuns, LiveEvents, RunQueue, RunStore } from "../ports.ts";
import { wakeNextTurn } from "./next-turn.ts";

export type GiveUpNeeds = {
  abandoned: AbandonedRuns;
  runs: RunStore;
  live: LiveEvents;
  queue: RunQueue;
  logger: Logger;
};

/** Ends a run that nobody works on, and tells those who wait for it. False where somebody has taken it meanwhile. */
export async function giveUp(needs: GiveUpNeeds, run: AbandonedRun, error: RunError, at: number): Promise<boolean> {
  if (!(await needs.abandoned.fail(run, error, at))) return false;
  needs.logger.warn({ run_id: run.runId, code: error.code }, "A run was given up.");
  const ended = await tellReaders(needs, run.scope, run.runId);
  if (ended !== undefined) await wakeNextTurn(needs, run.scope, ended);
  return true;
}
