import { Redis, type RedisOptions } from "ioredis";

/** Commands that wait through an outage are given up after this many reconnects, so that callers hear of it. */
const RETRIES = 3;

/**
 * Connects to Redis and reconnects for as long as it is used.
 *
 * @param url  `redis://…`, or `rediss://…` for TLS.
 */
export function openRedis(url: string, options: RedisOptions = {}): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: RETRIES, connectTimeout: 5_000, ...options });
  // Each failed attempt is an event; without a listener it would be printed.
  redis.on("error", () => {});
  return redis;
}

/** What about a Redis server would lose jobs, one sentence each; empty when all is well. */
export async function redisProblems(redis: Redis): Promise<string[]> {
  const info = await redis.info();
  const read = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? "";
  const problems: string[] = [];
  if (Number.parseInt(read("redis_version"), 10) < 6) {
    problems.push(`Redis is version ${read("redis_version")}; 6 or newer is needed.`);
  }
  if (read("aof_enabled") !== "1") problems.push("Redis writes no append-only file: set `appendonly yes`.");
  const policy = read("maxmemory_policy");
  if (policy !== "noeviction") {
    problems.push(`Redis may drop jobs when its memory is full (${policy}): set \`maxmemory-policy noeviction\`.`);
  }
  return problems;
}
