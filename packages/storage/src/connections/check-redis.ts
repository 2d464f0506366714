import type { Redis } from "ioredis";
import { StorageErrors } from "../errors.ts";

/** @source docs/decisions/0017-redis-6-2.md */
const NEEDED = { major: 6, minor: 2 };

/**
 * Refuses a Redis server that is too old.
 *
 * @returns What about the server may lose what it keeps, one sentence each; empty when all is well.
 * @throws storage.redis-version-unsupported (caller), storage.redis-unavailable (dependency)
 */
export async function checkRedis(redis: Redis): Promise<string[]> {
  // The command itself only says that it was given up.
  let reason = "no answer";
  const hear = (error: Error) => {
    reason = error.message;
  };
  redis.on("error", hear);
  const info = await redis.info().catch((error: unknown) => {
    throw StorageErrors["redis-unavailable"]({ reason }, { cause: error });
  });
  redis.off("error", hear);
  const read = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? "";
  const version = read("redis_version");
  if (isTooOld(version)) {
    throw StorageErrors["redis-version-unsupported"]({ found: version, needed: `${NEEDED.major}.${NEEDED.minor}` });
  }
  const problems: string[] = [];
  if (read("aof_enabled") !== "1") problems.push("Redis writes no append-only file: set `appendonly yes`.");
  const policy = read("maxmemory_policy");
  if (policy !== "noeviction") {
    problems.push(
      `Redis may drop waiting runs and events when its memory is full (${policy}): set \`maxmemory-policy noeviction\`.`,
    );
  }
  return problems;
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < NEEDED.major || (major === NEEDED.major && minor < NEEDED.minor);
}
