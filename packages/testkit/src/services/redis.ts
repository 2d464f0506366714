import { Redis } from "ioredis";

const redisUrl = process.env["DIWAN_TEST_REDIS_URL"];

/** The Redis that suites run on: `describe.skipIf(testRedis.missing)(testRedis.name, …)`. */
export const testRedis = {
  /** Says why, where the suite cannot run on it. */
  name: redisUrl === undefined ? "Redis (skipped: DIWAN_TEST_REDIS_URL is not set)" : "Redis",
  missing: redisUrl === undefined,
  /** A connection of its own; keys of suites are told apart by a prefix that each chooses. */
  open: (): Redis => new Redis(redisUrl!, { maxRetriesPerRequest: null }),
};
