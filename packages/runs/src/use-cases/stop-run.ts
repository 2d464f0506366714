import type { Clock, Logger, RunId, WorkspaceScope } from "@diwan/kernel";
import { tellReaders } from "../engine/tell-readers.ts";
import { RunErrors } from "../errors.ts";
import type { LiveEvents, RunQueue, RunSignals, RunStore } from "../ports.ts";
import type { RunCaller } from "../run.ts";
import { wakeNextTurn } from "./next-turn.ts";

type Needs = {
  runs: RunStore;
  live: LiveEvents;
  signals: RunSignals;
  queue: RunQueue;
  clock: Clock;
  logger: Logger;
};

/**
 * Asks whoever works on a run to stop it; the run then ends `stopped` with what it has. Stopping a run that has ended
 * changes nothing.
 *
 * @throws run.not-found (caller)
 */
export async function stopRun(needs: Needs, scope: WorkspaceScope, runId: RunId, by: RunCaller): Promise<void> {
  if ((await needs.runs.statusOf(scope, runId)) === undefined) throw RunErrors["not-found"]({});
  const answer = await needs.runs.requestStop(scope, runId, by, needs.clock.now());
  if (answer === "asked") await needs.signals.stop(runId);
  if (answer !== "settled") return;
  // Nobody worked on it; its readers still wait for a word.
  const run = await tellReaders(needs, scope, runId);
  if (run !== undefined) await wakeNextTurn(needs, scope, run);
}
