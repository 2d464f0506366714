import { setTimeout as sleep } from "node:timers/promises";
import { atMost, type Clock, type IdSource } from "@diwan/kernel";
import type { Redis } from "ioredis";
import { checkRedis } from "../connections/check-redis.ts";
import type { PostgresAddress } from "../connections/postgres-address.ts";
import type { RedisAddress } from "../connections/redis-address.ts";
import { DiskFileStore } from "../files/disk-file-store.ts";
import { createStores } from "../postgres/create-stores.ts";
import { Database } from "../postgres/database.ts";
import { migrate } from "../postgres/migrations/migrate.ts";
import { isDirect, openPostgres } from "../postgres/pool.ts";
import { PostgresRunLoad } from "../postgres/stores/run-load.ts";
import { RankedRunQueue } from "../queue/ranked-run-queue.ts";
import { RedisWaitingRuns } from "../queue/redis-waiting-runs.ts";
import { openRedis } from "../redis/open-redis.ts";
import { RedisChannels } from "../redis/redis-channels.ts";
import { RedisLiveEvents } from "../redis/redis-live-events.ts";
import { RedisRunSignals } from "../redis/redis-run-signals.ts";
import { databaseReadiness, type StorageStack, withFiles } from "../stack.ts";

export type ServerStackOptions = {
  postgres: PostgresAddress;
  redis: RedisAddress;
  /** Folder for files, the same for every process. */
  filesFolder: string;
  /** Connections to Postgres of this process. */
  maxConnections?: number;
  version: string;
  streamRetentionMs: number;
  ids: IdSource;
  clock: Clock;
};

/**
 * Storage of many machines: a Postgres and a Redis server. Any number of processes may open it; migrations run once.
 *
 * @throws storage.postgres-unavailable, storage.redis-unavailable (dependency); storage.version-unsupported,
 * storage.redis-version-unsupported (caller); migration.*
 */
export async function openServerStack(options: ServerStackOptions): Promise<StorageStack> {
  const pool = await openPostgres(options.postgres, options);
  const prepare = await isDirect(pool);
  const redis = openRedis(options.redis);
  const channels = new RedisChannels(redis);
  const database = new Database(pool, { prepare });
  const load = new PostgresRunLoad(database);
  const closeAll = async () => {
    await channels.close();
    redis.disconnect();
    await pool.end();
  };
  const close = () => atMost(CLOSE_WITHIN_MS, closeAll());
  try {
    const warnings = await checkRedis(redis);
    await migrate(pool, { byVersion: options.version });
    const contents = new DiskFileStore(options.filesFolder);
    return {
      pool,
      stores: withFiles(createStores(database, options), contents),
      contents,
      queue: new RankedRunQueue(new RedisWaitingRuns(redis), load),
      load,
      live: new RedisLiveEvents(redis, channels, { retentionMs: options.streamRetentionMs }),
      signals: await RedisRunSignals.open(redis, channels),
      readiness: async () =>
        (await databaseReadiness(pool)) ?? (redis.status === "ready" && (await answers(redis)) ? undefined : "Redis"),
      warnings,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const PING_MS = 2_000;

/** A server that is away answers no goodbye. */
const CLOSE_WITHIN_MS = 5_000;

/** A server that is frozen keeps its connections and says nothing. */
async function answers(redis: Redis): Promise<boolean> {
  const abort = new AbortController();
  const late = sleep(PING_MS, false, { signal: abort.signal }).catch(() => false);
  const pong = redis.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([pong, late]).finally(() => abort.abort());
}
