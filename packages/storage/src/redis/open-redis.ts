import { Redis, type RedisOptions } from "ioredis";
import { type RedisAddress, redisAddressOf, redisOptions } from "../connections/redis-address.ts";

/** Commands that wait through an outage are given up after this many reconnects, two seconds, so that callers hear of it. */
const RETRIES = 8;

/** Connects to Redis and reconnects for as long as it is used. @param at  An address, or a URL. */
export function openRedis(at: RedisAddress | string, options: RedisOptions = {}): Redis {
  const address = typeof at === "string" ? redisAddressOf(at) : at;
  // Commands of one moment go out together: a write to a socket costs more than most commands.
  const shared = { maxRetriesPerRequest: RETRIES, enableAutoPipelining: true };
  const redis = new Redis({ ...redisOptions(address), ...shared, ...options });
  // Each failed attempt is an event; without a listener it would be printed.
  redis.on("error", () => {});
  return redis;
}
