export type { ConsumeRuns, WorkerNeeds, WorkerSettings } from "./needs.ts";
export { startWorker, type Worker } from "./worker.ts";
