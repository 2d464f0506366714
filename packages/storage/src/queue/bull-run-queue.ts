import { type ExecuteRunJob, jobNames, queueNames, type RunQueueName } from "@diwan/contracts";
import type { RunId, WorkspaceId, WorkspaceScope } from "@diwan/kernel";
import type { RunQueue } from "@diwan/runs";
import type { QueueBackend, RunJob, RunJobQueue } from "./queue-backend.ts";
import { RunSlots } from "./run-slots.ts";

export type RunDelivery = { scope: WorkspaceScope; runId: RunId };

export type ConsumeOptions = {
  /** Runs at once in this process. */
  concurrency: number;
  /** A delivery may come twice; `handle` finds out by the run's claim. What it throws leaves the run to the reaper. */
  handle(delivery: RunDelivery): Promise<void>;
  /** Outages of the backend, and jobs that were taken away from this worker. */
  onError(error: Error): void;
};

export type RunConsumer = {
  /** Takes no more runs and resolves when those in hand have ended. */
  close(): Promise<void>;
};

export type QueueDepth = { waiting: number; active: number };

const allQueues = Object.values(queueNames);

/** A worker that does not renew this is gone, and its jobs may be offered again. */
const LOCK_MS = 20_000;

/**
 * Run jobs in BullMQ. A job has one attempt and is never recovered by BullMQ itself: whether a run goes on is decided by
 * its lease in the database, and only the reaper offers it again.
 */
export class BullRunQueue implements RunQueue {
  readonly #backend: QueueBackend;
  readonly #queues: ReadonlyMap<RunQueueName, RunJobQueue>;

  constructor(backend: QueueBackend) {
    this.#backend = backend;
    this.#queues = new Map(allQueues.map((name) => [name, backend.openQueue(name)]));
    // What a caller waits for is told to it; the rest are reconnects.
    for (const queue of this.#queues.values()) queue.on("error", () => {});
  }

  async enqueue(queue: RunQueueName, { scope, runId }: RunDelivery): Promise<void> {
    const job: ExecuteRunJob = { runId, workspaceId: scope.workspaceId };
    // The id makes a second job of the same run no job at all while the first is there.
    await this.#queue(queue).add(jobNames.executeRun, job, {
      jobId: runId,
      attempts: 1,
      removeOnComplete: true,
      removeOnFail: true,
    });
  }

  async offerAgain(queue: RunQueueName, delivery: RunDelivery): Promise<void> {
    const jobs = this.#queue(queue);
    // The job of a worker that died stays active for ever and would stand in the way. One that is still worked on is
    // locked: BullMQ refuses to remove it, and the new one is no job.
    if ((await jobs.getJobState(delivery.runId)) === "active") await jobs.remove(delivery.runId);
    await this.enqueue(queue, delivery);
  }

  /** For metrics, and for refusing runs while too many wait. */
  async depth(queue: RunQueueName): Promise<QueueDepth> {
    const counts = await this.#queue(queue).getJobCounts("waiting", "delayed", "prioritized", "active");
    const { active = 0, waiting = 0, delayed = 0, prioritized = 0 } = counts;
    return { waiting: waiting + delayed + prioritized, active };
  }

  async consume({ concurrency, handle, onError }: ConsumeOptions): Promise<RunConsumer> {
    const slots = new RunSlots(concurrency);
    const workers = allQueues.map((name) => {
      const process = async ({ data }: RunJob) => {
        const runId = data.runId as RunId;
        share(name, 1);
        try {
          await handle({ scope: { workspaceId: data.workspaceId as WorkspaceId }, runId });
        } finally {
          share(name, -1);
        }
      };
      const worker = this.#backend.openWorker(name, process, {
        concurrency: slots.limits[name],
        lockDuration: LOCK_MS,
        skipStalledCheck: true,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      });
      worker.on("error", onError);
      return { name, worker };
    });
    const share = (changed: RunQueueName, change: 1 | -1) => {
      slots.count(changed, change);
      for (const { name, worker } of workers) worker.concurrency = slots.limits[name];
    };
    await Promise.all(workers.map(({ worker }) => worker.waitUntilReady()));
    return {
      async close() {
        await Promise.all(workers.map(({ worker }) => worker.close()));
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #queue(name: RunQueueName): RunJobQueue {
    return this.#queues.get(name)!;
  }
}
