export { cachedProviders } from "./cached-providers.ts";
export { ModelErrors } from "./errors.ts";
export * from "./gateway.ts";
export * from "./ports.ts";
export * from "./provider-names.ts";
export { type Deadlines, defaultDeadlines } from "./providers/openai-compatible/with-deadlines.ts";
export { countTokens } from "./tokens.ts";
export * from "./use-cases/manage-providers.ts";
