export * from "./open-embedded.ts";
export * from "./open-embedded-stack.ts";
