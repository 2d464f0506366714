import type { Clock, RunId, WorkspaceScope } from "@diwan/kernel";
import { tellReaders } from "../engine/tell-readers.ts";
import { RunErrors } from "../errors.ts";
import type { LiveEvents, RunSignals, RunStore } from "../ports.ts";
import type { RunCaller } from "../run.ts";

type Needs = { runs: RunStore; live: LiveEvents; signals: RunSignals; clock: Clock };

/**
 * Asks whoever works on a run to stop it; the run then ends `stopped` with what it has. Stopping a run that has ended
 * changes nothing.
 *
 * @throws run.not-found (caller)
 */
export async function stopRun(needs: Needs, scope: WorkspaceScope, runId: RunId, by: RunCaller): Promise<void> {
  if ((await needs.runs.find(scope, runId)) === undefined) throw RunErrors["not-found"]({});
  const asked = await needs.runs.requestStop(scope, runId, by, needs.clock.now());
  if (!asked) return;
  await needs.signals.stop(runId);
  // Where nobody worked on it, it has ended by this; its readers still wait for a word.
  await tellReaders(needs, scope, runId);
}
