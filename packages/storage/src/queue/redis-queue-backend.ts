import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import type { QueueBackend } from "./queue-backend.ts";

/**
 * Jobs in Redis, in production. Redis must write an append-only file and evict nothing.
 *
 * @param prefix  Of all keys; in a Redis Cluster it holds a hash tag, such as `{diwan}`.
 */
export function redisQueueBackend(url: string, prefix = "diwan"): QueueBackend & { close(): Promise<void> } {
  // One for all queues; each worker copies it for its blocking reads. BullMQ waits through outages by itself.
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  connection.on("error", () => {});
  return {
    openQueue: (name) => new Queue(name, { connection, prefix }),
    openWorker: (name, process, options) => new Worker(name, process, { ...options, connection, prefix }),
    async close() {
      connection.disconnect();
    },
  };
}
