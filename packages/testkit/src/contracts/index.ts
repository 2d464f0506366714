export * from "./conversation-store-contract.ts";
export * from "./end-user-store-contract.ts";
export * from "./live-events-contract.ts";
export * from "./run-queue-contract.ts";
export * from "./run-signals-contract.ts";
export * from "./run-store-contract.ts";
export * from "./samples.ts";
