export * from "./http-request/limits.ts";
export { fillSlots } from "./human-input/fill-slots.ts";
export * from "./ports.ts";
export * from "./registry.ts";
