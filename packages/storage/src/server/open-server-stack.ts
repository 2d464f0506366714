import type { Clock, IdSource } from "@diwan/kernel";
import { DiskFileStore } from "../files/disk-file-store.ts";
import { createStores } from "../postgres/create-stores.ts";
import { Database } from "../postgres/database.ts";
import { migrate } from "../postgres/migrations/migrate.ts";
import { openPostgres } from "../postgres/pool.ts";
import { BullRunQueue } from "../queue/bull-run-queue.ts";
import { redisQueueBackend } from "../queue/redis-queue-backend.ts";
import { openRedis } from "../redis/open-redis.ts";
import { RedisChannels } from "../redis/redis-channels.ts";
import { RedisLiveEvents } from "../redis/redis-live-events.ts";
import { RedisRunSignals } from "../redis/redis-run-signals.ts";
import { databaseReadiness, type StorageStack, withFiles } from "../stack.ts";

export type ServerStackOptions = {
  databaseUrl: string;
  redisUrl: string;
  /** Folder for files, the same for every process. */
  filesFolder: string;
  version: string;
  streamRetentionMs: number;
  ids: IdSource;
  clock: Clock;
};

/**
 * Storage of many machines: a Postgres and a Redis server. Any number of processes may open it; migrations run once.
 *
 * @throws storage.unavailable (dependency), storage.version-unsupported (caller), migration.*
 */
export async function openServerStack(options: ServerStackOptions): Promise<StorageStack> {
  const pool = await openPostgres(options.databaseUrl);
  const redis = openRedis(options.redisUrl);
  const channels = new RedisChannels(redis);
  const backend = redisQueueBackend(options.redisUrl);
  const queue = new BullRunQueue(backend);
  const close = async () => {
    await queue.close();
    await backend.close();
    await channels.close();
    redis.disconnect();
    await pool.end();
  };
  try {
    await migrate(pool, { byVersion: options.version });
    const contents = new DiskFileStore(options.filesFolder);
    return {
      pool,
      stores: withFiles(createStores(new Database(pool), options), contents),
      contents,
      queue,
      live: new RedisLiveEvents(redis, channels, { retentionMs: options.streamRetentionMs }),
      signals: await RedisRunSignals.open(redis, channels),
      readiness: async () =>
        (await databaseReadiness(pool)) ??
        (await redis.ping().then(
          () => undefined,
          () => "Redis",
        )),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
