export { type SandboxConfig, sandboxConfig } from "./config.ts";
export { OwnSandbox, type SandboxAddress } from "./own-sandbox.ts";
export { type RunningSandbox, type StartOptions, startSandbox } from "./start-sandbox.ts";
