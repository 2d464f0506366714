export * from "./databases.ts";
export { copyEmbeddedTemplate } from "./embedded-template.ts";
export { freePort } from "./free-port.ts";
export * from "./pgbouncer.ts";
export * from "./redis.ts";
export * from "./redis-servers.ts";
export * from "./squid.ts";
