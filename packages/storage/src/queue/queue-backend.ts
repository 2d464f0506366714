import type { ExecuteRunJob } from "@diwan/contracts";
import type { Job, Queue, Worker, WorkerOptions } from "bullmq";

export type RunJobQueue = Queue<ExecuteRunJob, void, string>;
export type RunJobWorker = Worker<ExecuteRunJob, void, string>;
export type RunJob = Job<ExecuteRunJob, void, string>;

/** Where BullMQ keeps its jobs. */
export type QueueBackend = {
  openQueue(name: string): RunJobQueue;
  openWorker(
    name: string,
    process: (job: RunJob, token?: string) => Promise<void>,
    options: WorkerSettings,
  ): RunJobWorker;
};

export type WorkerSettings = Omit<WorkerOptions, "connection" | "prefix">;
