import type { Logger } from "@diwan/kernel";
import type { ResumableRun, RunQueue } from "../ports.ts";

type Needs = { queue: RunQueue; logger: Logger };

/**
 * Lets a run wait for a worker that was recorded, goes on, or whose turn has come. While the queue is out of reach it waits
 * for the reaper, which does the same.
 */
export async function enqueueRun(
  { queue, logger }: Needs,
  { scope, runId, queue: name }: ResumableRun,
  ahead?: number,
): Promise<void> {
  await queue.enqueue(name, { scope, runId }, ahead).catch((error: unknown) => {
    logger.warn({ err: error, run_id: runId }, "A run waits to be found: it could not be put into the queue.");
  });
}
