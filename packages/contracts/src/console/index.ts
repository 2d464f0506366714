export * from "./endpoints.ts";
export * from "./openapi.ts";
export * from "./shapes.ts";
