export { openRedis, redisProblems } from "./open-redis.ts";
export { RedisChannels } from "./redis-channels.ts";
export { RedisLiveEvents } from "./redis-live-events.ts";
export { RedisRunSignals } from "./redis-run-signals.ts";
