export { startWorker, type Worker } from "./worker.ts";
export { workerNeeds } from "./worker-needs.ts";
