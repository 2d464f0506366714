export {
  BullRunQueue,
  type ConsumeOptions,
  type QueueDepth,
  type RunConsumer,
  type RunDelivery,
  type RunRanks,
} from "./bull-run-queue.ts";
export { postgresQueueBackend } from "./postgres-queue-backend.ts";
export type { QueueBackend } from "./queue-backend.ts";
export { redisQueueBackend } from "./redis-queue-backend.ts";
