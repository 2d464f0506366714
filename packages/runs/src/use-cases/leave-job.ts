import type { RunQueueName } from "@diwan/contracts";
import type { Logger, RunId, WorkspaceScope } from "@diwan/kernel";
import type { RunQueue } from "../ports.ts";

type Needs = { queue: RunQueue; logger: Logger };
type Job = { scope: WorkspaceScope; runId: RunId; queue: RunQueueName };

/** For a run that was just recorded. While the queue is out of reach the run waits for the reaper, which leaves the job. */
export async function leaveJob(
  { queue, logger }: Needs,
  { scope, runId, queue: name }: Job,
  ahead?: number,
): Promise<void> {
  await queue.enqueue(name, { scope, runId }, ahead).catch((error: unknown) => tell(logger, runId, error));
}

/** The same for a run that goes on, or whose turn has come. */
export async function leaveJobAgain({ queue, logger }: Needs, { scope, runId, queue: name }: Job): Promise<void> {
  await queue.offerAgain(name, { scope, runId }).catch((error: unknown) => tell(logger, runId, error));
}

function tell(logger: Logger, runId: RunId, error: unknown): void {
  logger.warn({ err: error, run_id: runId }, "A run waits to be found: its job could not be left.");
}
