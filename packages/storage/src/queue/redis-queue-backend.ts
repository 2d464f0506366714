import { Queue, Worker } from "bullmq";
import type { RedisAddress } from "../connections/redis-address.ts";
import { openRedis } from "../redis/open-redis.ts";
import type { QueueBackend } from "./queue-backend.ts";

/**
 * Jobs in Redis, in production. Redis must write an append-only file and evict nothing.
 *
 * @param prefix  Of all keys; in a Redis Cluster it holds a hash tag, such as `{diwan}`.
 */
export function redisQueueBackend(
  at: RedisAddress | string,
  prefix = "diwan",
): QueueBackend & { close(): Promise<void> } {
  // One for all queues; each worker copies it for its blocking reads. BullMQ waits through outages by itself.
  const connection = openRedis(at, { maxRetriesPerRequest: null });
  return {
    openQueue: (name) => new Queue(name, { connection, prefix }),
    openWorker: (name, process, options) => new Worker(name, process, { ...options, connection, prefix }),
    async close() {
      connection.disconnect();
    },
  };
}
