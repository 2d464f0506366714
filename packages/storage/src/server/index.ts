export { type PostgresAddress, postgresAddress } from "../connections/postgres-address.ts";
export { type RedisAddress, redisAddress, redisAddressOf } from "../connections/redis-address.ts";
export type { StorageStack } from "../stack.ts";
export * from "./open-server-stack.ts";
