export { aborted } from "./aborted.ts";
export { atMost } from "./at-most.ts";
export * from "./clock.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export { LinkedAbort } from "./linked-abort.ts";
export * from "./logger.ts";
export { Shutdown } from "./shutdown.ts";
