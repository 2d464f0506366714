export * from "./app-file.ts";
export { faceOf, workflowOf } from "./document.ts";
export * from "./errors.ts";
export * from "./export-app-file.ts";
export * from "./read-app-file.ts";
export { readYaml } from "./read-yaml.ts";
export * from "./version.ts";
export { writeYaml } from "./write-yaml.ts";
