import type { RunId, WorkspaceScope } from "@diwan/kernel";
import { finishedEvent } from "../core/finished-event.ts";
import type { LiveEvents, RunStore } from "../ports.ts";
import { hasEnded, type Run } from "../run.ts";

/** Whoever still reads the stream of a run that ended without a worker learns how; gives back the run. */
export async function tellReaders(
  { runs, live }: { runs: RunStore; live: LiveEvents },
  scope: WorkspaceScope,
  runId: RunId,
): Promise<Run | undefined> {
  const run = await runs.find(scope, runId);
  if (run === undefined || !hasEnded(run)) return undefined;
  const writer = await live.open(runId);
  await writer.append([finishedEvent(run)]);
  await writer.close();
  return run;
}
