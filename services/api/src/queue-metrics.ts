import { queueNames } from "@diwan/contracts";
import { type Metrics, watchPool } from "@diwan/kernel/node";
import type { StorageStack } from "@diwan/storage/server";

const FRESH_MS = 5_000;

/** Fills in what is known of runs and the pool whenever metrics are read, at most once in five seconds. */
export function queueMetrics(metrics: Metrics, { load, pool }: Pick<StorageStack, "load" | "pool">): void {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> = Promise.resolve();

  async function read(): Promise<void> {
    const figures = await load.figures();
    const seconds = (since: number | null | undefined) =>
      since === null || since === undefined ? 0 : Math.max(0, Date.now() - since) / 1000;
    let all = 0;
    for (const queue of Object.values(queueNames)) {
      const { waiting = 0, active = 0, oldestQueuedAt } = figures.get(queue) ?? {};
      metrics.queueDepth.set({ queue, state: "waiting" }, waiting);
      metrics.queueDepth.set({ queue, state: "active" }, active);
      // Runs begin as soon as there is a place for them.
      metrics.queueDepth.set({ queue, state: "delayed" }, 0);
      metrics.celeryQueueLength.set({ queue_name: queue }, waiting + active);
      metrics.queueOldestAge.set({ queue, state: "waiting" }, seconds(oldestQueuedAt));
      all += waiting + active;
    }
    metrics.celeryQueueLength.set({ queue_name: "celery" }, all);
    const silences = [...figures.values()].map(({ oldestHeartbeatAt }) => seconds(oldestHeartbeatAt));
    metrics.heartbeatAgeMax.set(Math.max(0, ...silences));
  }

  function collect(): Promise<void> {
    if (performance.now() - readAt >= FRESH_MS) {
      readAt = performance.now();
      reading = read();
    }
    return reading;
  }

  // A gauge collects itself right before it is printed, and all are printed at once: each of these waits for the reading.
  const { queueDepth, queueOldestAge, celeryQueueLength, heartbeatAgeMax } = metrics;
  for (const gauge of [queueDepth, queueOldestAge, celeryQueueLength, heartbeatAgeMax]) {
    Object.assign(gauge, { collect });
  }
  watchPool(metrics, pool);
}
