export { type SandboxConfig, sandboxConfig } from "./config.ts";
export { type RunningSandbox, type StartOptions, startSandbox } from "./start-sandbox.ts";
