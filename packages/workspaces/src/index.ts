export * from "./account.ts";
export * from "./ports.ts";
export { isSealed } from "./sealing/envelope.ts";
export * from "./sealing/errors.ts";
export * from "./sealing/key-ring.ts";
export * from "./sealing/sealer.ts";
