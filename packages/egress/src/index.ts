export { createGuardedHttpClient, type GuardedHttpClientSettings } from "./adapters/guarded-http-client.ts";
export { connectionProblem } from "./connection-problem.ts";
export * from "./core/decide.ts";
export {
  type EgressPolicy,
  type EgressProfile,
  type PrivateEntry,
  parsePrivateEntry,
  publicPolicy,
} from "./core/policy.ts";
export { EgressErrors } from "./errors.ts";
export * from "./http-client.ts";
export type { Resolver } from "./ports.ts";
