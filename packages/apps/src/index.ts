export * from "./app.ts";
export * from "./ports.ts";
