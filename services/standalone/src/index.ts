export { type StandaloneConfig, standaloneConfig } from "./config.ts";
export { openDataDirectory } from "./data-directory.ts";
export { type Standalone, startStandalone } from "./start-standalone.ts";
