export * from "./databases.ts";
export * from "./redis.ts";
