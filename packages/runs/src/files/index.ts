export * from "./errors.ts";
export * from "./file-value.ts";
export * from "./ports.ts";
export * from "./read-remote-file.ts";
export * from "./resolve-files.ts";
export * from "./run-files.ts";
