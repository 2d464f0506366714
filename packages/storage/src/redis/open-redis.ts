import type { Duplex } from "node:stream";
import { Redis, type RedisOptions } from "ioredis";
import { type RedisAddress, redisAddressOf, redisOptions } from "../connections/redis-address.ts";

/** Commands that wait through an outage are given up after this many reconnects, two seconds, so that callers hear of it. */
const RETRIES = 8;

/** Connects to Redis and reconnects for as long as it is used. @param at  An address, or a URL. */
export function openRedis(at: RedisAddress | string, options: RedisOptions = {}): Redis {
  const address = typeof at === "string" ? redisAddressOf(at) : at;
  const redis = new Redis({ ...redisOptions(address), maxRetriesPerRequest: RETRIES, ...options });
  writeTogether(redis);
  // Each failed attempt is an event; without a listener it would be printed.
  redis.on("error", () => {});
  return redis;
}

/**
 * Commands of one moment go out in one write: that costs more than most commands. ioredis' own pipelining would do the same,
 * and make a new pipeline each time.
 */
export function writeTogether(redis: Redis): void {
  redis.on("connect", () => {
    const { stream } = redis as unknown as { stream: Duplex };
    const write = stream.write.bind(stream) as (...given: unknown[]) => boolean;
    let isHeld = false;
    stream.write = (...given: unknown[]) => {
      if (!isHeld) {
        isHeld = true;
        stream.cork();
        setImmediate(() => {
          isHeld = false;
          stream.uncork();
        });
      }
      return write(...given);
    };
  });
}
