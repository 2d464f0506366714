export * from "./code-settings.ts";
export { collectEarly } from "./collect-early.ts";
export * from "./common-settings.ts";
export * from "./config.ts";
export * from "./connection-settings.ts";
export * from "./logger.ts";
export * from "./metrics.ts";
export * from "./until-told.ts";
