import { queueNames } from "@diwan/contracts";
import { type Metrics, watchPool } from "@diwan/kernel/node";
import type { StorageStack } from "@diwan/storage/server";

const FRESH_MS = 5_000;

/** Fills in what is known of queues, runs and the pool whenever metrics are read, at most once in five seconds. */
export function queueMetrics(
  metrics: Metrics,
  { queue, load, pool }: Pick<StorageStack, "queue" | "load" | "pool">,
): void {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> = Promise.resolve();

  async function readDepths(): Promise<void> {
    let sum = 0;
    for (const name of Object.values(queueNames)) {
      const depth = await queue.depth(name);
      for (const state of ["waiting", "delayed", "active"] as const) {
        metrics.queueDepth.set({ queue: name, state }, depth[state]);
      }
      const all = depth.waiting + depth.delayed + depth.active;
      metrics.celeryQueueLength.set({ queue_name: name }, all);
      sum += all;
    }
    metrics.celeryQueueLength.set({ queue_name: "celery" }, sum);
  }

  async function readAges(): Promise<void> {
    const { oldestQueuedAt, oldestHeartbeatAt } = await load.figures();
    const seconds = (since: number | undefined) => (since === undefined ? 0 : Math.max(0, Date.now() - since) / 1000);
    for (const name of Object.values(queueNames)) {
      metrics.queueOldestAge.set({ queue: name, state: "waiting" }, seconds(oldestQueuedAt[name]));
    }
    metrics.heartbeatAgeMax.set(seconds(oldestHeartbeatAt));
  }

  async function read(): Promise<void> {
    await Promise.all([readDepths(), readAges()]);
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
