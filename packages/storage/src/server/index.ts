export type { StorageStack } from "../stack.ts";
export * from "./open-server-stack.ts";
