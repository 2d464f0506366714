export * from "./errors.ts";
export * from "./float.ts";
export * from "./json.ts";
export { isNestedDeeper, MAX_NESTING, withinStack } from "./nesting.ts";
export { pythonRepr, pythonStr } from "./python-text.ts";
export * from "./renderings.ts";
export * from "./size.ts";
export * from "./types.ts";
export * from "./value.ts";
