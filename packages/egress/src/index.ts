export { createGuardedHttpClient, type GuardedHttpClientSettings } from "./adapters/guarded-http-client.ts";
export { nameServerResolver } from "./adapters/name-server-resolver.ts";
export { ofConnection, ofMetadata } from "./adapters/request-headers.ts";
export { systemResolver } from "./adapters/system-resolver.ts";
export { type Checked, checkDestination } from "./check-destination.ts";
export { connectionProblem } from "./connection-problem.ts";
export * from "./core/decide.ts";
export {
  type Asker,
  type EgressLimits,
  type EgressPolicy,
  type EgressProfile,
  type ManagedEntry,
  type PrivateEntry,
  parsePrivateEntry,
  publicPolicy,
} from "./core/policy.ts";
export { renderSquid, type SquidFiles, type SquidPlace } from "./core/render-squid.ts";
export { EgressErrors } from "./errors.ts";
export { type Explanation, explainUrl } from "./explain.ts";
export * from "./http-client.ts";
export { parsePolicyFile } from "./policy-file.ts";
export type { Resolver } from "./ports.ts";
export { readPolicyFile } from "./read-policy-file.ts";
