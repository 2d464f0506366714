export * from "./account.ts";
export * from "./ports.ts";
