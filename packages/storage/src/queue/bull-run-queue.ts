import { type ExecuteRunJob, jobNames, queueNames, type RunQueueName } from "@diwan/contracts";
import { atMost, type RunId, type WorkspaceId, type WorkspaceScope } from "@diwan/kernel";
import type { RunQueue } from "@diwan/runs";
import { WaitingError } from "bullmq";
import type { QueueBackend, RunJob, RunJobQueue } from "./queue-backend.ts";
import { RunSlots } from "./run-slots.ts";

export type RunDelivery = { scope: WorkspaceScope; runId: RunId };

export type ConsumeOptions = {
  /** Runs at once in this process. */
  concurrency: number;
  /**
   * A delivery may come twice; `handle` finds out by the run's claim. What it throws leaves the run to the reaper; with
   * `put-back` the job waits again, before all others, for another worker.
   */
  handle(delivery: RunDelivery): Promise<"done" | "put-back">;
  /** Outages of the backend, and jobs that were taken away from this worker. */
  onError(error: Error): void;
};

export type RunConsumer = {
  /** Takes no more runs and resolves when those in hand have ended. */
  close(): Promise<void>;
};

export type QueueDepth = { waiting: number; delayed: number; active: number };

/** Runs of its workspace that are before a run. */
export type RunRanks = { ahead(scope: WorkspaceScope, runId: RunId): Promise<number> };

/** For a run whose job is in a worker's hands. */
const againId = (runId: RunId) => `${runId}-again`;

const allQueues = Object.values(queueNames);

/** A worker that does not renew this is gone, and its jobs may be offered again. */
const LOCK_MS = 20_000;

/** Between the end of the last run in hand and that of a consumer whose backend does not answer. */
const CLOSE_WITHIN_MS = 5_000;

/**
 * Run jobs in BullMQ. A job has one attempt and is never recovered by BullMQ itself: whether a run goes on is decided by
 * its lease in the database, and only the reaper offers it again.
 *
 * A job's priority is the place of its run among its workspace's, so workspaces take turns: whoever asks for a first run
 * waits behind the first of each other one. Places get better with time, and a job that is offered again gets its new one.
 *
 * @source docs/decisions/0016-workspaces-take-turns.md
 */
export class BullRunQueue implements RunQueue {
  readonly #backend: QueueBackend;
  readonly #ranks: RunRanks;
  readonly #queues: ReadonlyMap<RunQueueName, RunJobQueue>;

  constructor(backend: QueueBackend, ranks: RunRanks) {
    this.#backend = backend;
    this.#ranks = ranks;
    this.#queues = new Map(allQueues.map((name) => [name, backend.openQueue(name)]));
    // What a caller waits for is told to it; the rest are reconnects.
    for (const queue of this.#queues.values()) queue.on("error", () => {});
  }

  async enqueue(queue: RunQueueName, delivery: RunDelivery, ahead?: number): Promise<void> {
    const priority = ahead === undefined ? await this.#priorityOf(delivery) : 1 + ahead;
    await this.#add(queue, delivery, priority, delivery.runId);
  }

  async offerAgain(queue: RunQueueName, delivery: RunDelivery): Promise<void> {
    const priority = await this.#priorityOf(delivery);
    let free: string | undefined;
    for (const jobId of [delivery.runId, againId(delivery.runId)]) {
      const job = await this.#queue(queue).getJob(jobId);
      if (job?.processedOn !== undefined && (await job.isActive())) {
        // The job of a worker that died stays active for ever and would stand in the way. One that somebody works on is
        // locked, and BullMQ refuses to remove it: its worker may be done with the run already, but not yet with the job.
        if ((await this.#queue(queue).remove(jobId)) > 0) free ??= jobId;
      } else if (job === undefined) {
        free ??= jobId;
      } else {
        // Somebody may take it at this very moment; then its place is of no more interest.
        if (priority < job.priority) await job.changePriority({ priority }).catch(() => {});
        return;
      }
    }
    if (free !== undefined) await this.#add(queue, delivery, priority, free);
  }

  /** From 1: jobs without a priority would come before all others. */
  async #priorityOf({ scope, runId }: RunDelivery): Promise<number> {
    return 1 + (await this.#ranks.ahead(scope, runId));
  }

  async #add(queue: RunQueueName, { scope, runId }: RunDelivery, priority: number, jobId: string): Promise<void> {
    const job: ExecuteRunJob = { runId, workspaceId: scope.workspaceId };
    // The id makes a second job of the same run no job at all while the first is there.
    await this.#queue(queue).add(jobNames.executeRun, job, {
      jobId,
      priority,
      attempts: 1,
      removeOnComplete: true,
      removeOnFail: true,
    });
  }

  /** For metrics, and for refusing runs while too many wait. */
  async depth(queue: RunQueueName): Promise<QueueDepth> {
    const counts = await this.#queue(queue).getJobCounts("waiting", "delayed", "prioritized", "active");
    const { active = 0, waiting = 0, delayed = 0, prioritized = 0 } = counts;
    return { waiting: waiting + prioritized, delayed, active };
  }

  async consume({ concurrency, handle, onError }: ConsumeOptions): Promise<RunConsumer> {
    const slots = new RunSlots(concurrency);
    const inHand = new Set<Promise<unknown>>();
    const workers = allQueues.map((name) => {
      const process = async (job: RunJob, token?: string) => {
        const { runId, workspaceId } = job.data;
        share(name, 1);
        const work = handle({ scope: { workspaceId: workspaceId as WorkspaceId }, runId: runId as RunId });
        inHand.add(work);
        try {
          const result = await work.finally(() => inHand.delete(work));
          if (result === "done") return;
          // Before all others, since its run has had its turn. With any other priority Redis wakes no worker for it.
          await job.changePriority({ priority: 0 });
          await job.moveToWait(token);
          throw new WaitingError();
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
        const closing = Promise.all(workers.map(({ worker }) => worker.close()));
        // It may fail while runs are waited for; whoever closes is told after them.
        closing.catch(() => {});
        while (inHand.size > 0) await Promise.allSettled(inHand);
        // BullMQ waits for a Redis that is away for as long as it takes.
        await atMost(CLOSE_WITHIN_MS, closing);
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
