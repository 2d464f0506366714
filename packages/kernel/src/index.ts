export { aborted } from "./aborted.ts";
export * from "./clock.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export * from "./logger.ts";
