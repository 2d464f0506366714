export * from "./console/index.ts";
export * from "./journal.ts";
export * from "./json.ts";
export * from "./queue-names.ts";
export * from "./run-events.ts";
export * from "./usage.ts";
export * from "./v1/codes.ts";
