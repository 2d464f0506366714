import { queueNames } from "@diwan/contracts";
import type { Metrics } from "@diwan/kernel/node";
import type { BullRunQueue } from "@diwan/storage/queue";

const FRESH_MS = 5_000;

/** Fills in depths and pool figures whenever metrics are read, at most once in five seconds. */
export function queueMetrics(
  metrics: Metrics,
  queue: BullRunQueue,
  pool: { totalCount: number; idleCount: number; waitingCount: number },
): void {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> = Promise.resolve();

  async function read(): Promise<void> {
    let sum = 0;
    for (const name of Object.values(queueNames)) {
      const { waiting, active } = await queue.depth(name);
      metrics.queueDepth.set({ queue: name, state: "waiting" }, waiting);
      metrics.queueDepth.set({ queue: name, state: "active" }, active);
      metrics.celeryQueueLength.set({ queue_name: name }, waiting + active);
      sum += waiting + active;
    }
    metrics.celeryQueueLength.set({ queue_name: "celery" }, sum);
  }

  function collect(): Promise<void> {
    metrics.poolInUse.set(pool.totalCount - pool.idleCount);
    metrics.poolWaiting.set(pool.waitingCount);
    if (performance.now() - readAt >= FRESH_MS) {
      readAt = performance.now();
      reading = read();
    }
    return reading;
  }

  // A gauge collects itself right before it is printed, and all are printed at once: each of these waits for the reading.
  for (const gauge of [metrics.queueDepth, metrics.celeryQueueLength, metrics.poolInUse])
    Object.assign(gauge, { collect });
}
