import { atMost, Shutdown } from "@diwan/kernel";
import { expireForms, type LocalSlots, type ReaperLimits, reapRuns } from "@diwan/runs";
import { executeRunConsumer } from "./consumers/execute-run.consumer.ts";
import type { WorkerNeeds } from "./needs.ts";

const REAP_EVERY_MS = 5_000;

/** How long the process waits for a look when it has to go. */
const LOOK_WITHIN_MS = 5_000;

/** Before the next look of whoever looked last, so that it goes on looking. */
const WATCH_MARGIN_MS = 500;

export type Worker = {
  /** For an api in this same process. */
  local: LocalSlots;
  /** Gives runs back that do not end within the grace time, and stops. */
  close(graceMs: number): Promise<void>;
};

/** Takes runs, and looks every few seconds for runs that nobody works on. */
export async function startWorker(needs: WorkerNeeds): Promise<Worker> {
  const shutdown = new Shutdown();
  const { handle, local, idle } = executeRunConsumer(needs, shutdown);
  const consumption = needs.consume({ concurrency: needs.settings.concurrency, handle });
  let reaping: Promise<void> | undefined;
  const look = async (limits: ReaperLimits) => {
    try {
      await Promise.all([expireForms(needs), reapRuns({ ...needs, limits })]);
    } catch (error) {
      needs.logger.warn({ err: error }, "Looking for abandoned runs failed.");
    }
  };
  // Of all workers one looks.
  const watch = async () => {
    const isMine = await needs.abandoned.takeWatch(REAP_EVERY_MS - WATCH_MARGIN_MS).catch(() => false);
    if (isMine) await look(needs.settings.reaper);
  };
  // During an outage a look takes longer than the time to the next.
  const onceAtATime = (work: () => Promise<void>) => {
    reaping ??= work().finally(() => {
      reaping = undefined;
    });
  };
  // Whoever stopped before handed runs back that are not in the queue: those are taken up at once.
  onceAtATime(() => look({ ...needs.settings.reaper, requeueAfterMs: 0 }));
  const timer = setInterval(() => onceAtATime(watch), REAP_EVERY_MS);
  return {
    local,
    async close(graceMs) {
      clearInterval(timer);
      const handOver = setTimeout(() => shutdown.begin(), graceMs);
      await Promise.all([consumption.close(), idle()]);
      clearTimeout(handOver);
      // A look waits for servers that may be away; whoever looks next finds the same.
      await atMost(LOOK_WITHIN_MS, reaping ?? Promise.resolve());
    },
  };
}
