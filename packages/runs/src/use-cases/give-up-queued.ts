import type { Clock, RunId, WorkspaceScope } from "@diwan/kernel";
import { RunErrors } from "../errors.ts";
import type { RunLoad } from "../ports.ts";
import { type GiveUpNeeds, giveUp } from "./give-up.ts";

type Needs = GiveUpNeeds & { load: Pick<RunLoad, "atWork">; clock: Clock };

/**
 * Gives up a run that no worker has taken for so long: somebody waits for its end in one call, and will have left.
 *
 * @returns After how many milliseconds to look again; undefined where the run has begun, waits for people or has ended.
 */
export async function giveUpQueued(
  needs: Needs,
  scope: WorkspaceScope,
  runId: RunId,
  deadlineMs: number,
): Promise<number | undefined> {
  const run = await needs.runs.find(scope, runId);
  const ownership = await needs.runs.ownership(scope, runId);
  if (run?.status !== "queued" || ownership === undefined) return undefined;
  const now = needs.clock.now();
  const { queuedAt } = ownership;
  if (now - queuedAt < deadlineMs) return queuedAt + deadlineMs - now;
  const error = await notStarted(needs, deadlineMs);
  const queued = { scope, runId, queue: run.queue, fruitlessTakeovers: 0, queuedAt, state: "queued" } as const;
  await giveUp(needs, queued, error, now);
  return undefined;
}

/** Why nobody came: nobody was there, or all were busy. */
export async function notStarted({ load, clock }: Pick<Needs, "load" | "clock">, waitedMs: number) {
  const isBusy = (await load.atWork(clock.now(), 1)) > 0;
  const { code, message } = RunErrors["not-started"]({ seconds: Math.round(waitedMs / 1000), isBusy });
  return { code, message, nodeId: null };
}
