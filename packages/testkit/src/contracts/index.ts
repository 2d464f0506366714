export * from "./conversation-store-contract.ts";
export * from "./end-user-store-contract.ts";
export * from "./run-store-contract.ts";
export * from "./samples.ts";
