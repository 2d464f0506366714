import { reapRuns } from "@diwan/runs";
import { executeRunConsumer } from "./consumers/execute-run.consumer.ts";
import type { WorkerNeeds } from "./needs.ts";

const REAP_EVERY_MS = 5_000;

export type Worker = {
  /** Gives runs back that do not end within the grace time, and stops. */
  close(graceMs: number): Promise<void>;
};

/** Takes jobs, and looks every few seconds for runs that nobody works on. */
export async function startWorker(needs: WorkerNeeds): Promise<Worker> {
  const shutdown = new AbortController();
  const consumption = await needs.consume({
    concurrency: needs.settings.concurrency,
    handle: executeRunConsumer(needs, shutdown.signal),
  });
  let reaping: Promise<unknown> = Promise.resolve();
  const reap = () => {
    reaping = reapRuns({ ...needs, limits: needs.settings.reaper }).catch((error: unknown) =>
      needs.logger.warn({ err: error }, "Looking for abandoned runs failed."),
    );
  };
  reap();
  const timer = setInterval(reap, REAP_EVERY_MS);
  return {
    async close(graceMs) {
      clearInterval(timer);
      const handOver = setTimeout(() => shutdown.abort(), graceMs);
      await consumption.close();
      clearTimeout(handOver);
      await reaping;
    },
  };
}
