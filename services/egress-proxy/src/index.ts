export type { Decision } from "./decision-log.ts";
export { type EgressProxy, startEgressProxy } from "./start-egress-proxy.ts";
