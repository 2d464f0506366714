export * from "./code/limits.ts";
export * from "./http-request/limits.ts";
export { fillSlots } from "./human-input/fill-slots.ts";
export * from "./ports.ts";
export * from "./registry.ts";
export type { SandboxCredentials } from "./sandbox/credentials.ts";
export { createSandboxCodeRunner, type SandboxSettings } from "./sandbox/sandbox-code-runner.ts";
