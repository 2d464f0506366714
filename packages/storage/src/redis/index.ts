export { checkRedis } from "../connections/check-redis.ts";
export { type RedisAddress, redisAddress, redisAddressOf, redisOptions } from "../connections/redis-address.ts";
export { openRedis } from "./open-redis.ts";
export { RedisChannels } from "./redis-channels.ts";
export { RedisLiveEvents } from "./redis-live-events.ts";
export { RedisRunSignals } from "./redis-run-signals.ts";
