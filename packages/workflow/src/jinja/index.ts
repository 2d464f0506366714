export { JinjaErrors } from "./errors.ts";
export { defaultLimits as defaultJinjaLimits, type JinjaLimits } from "./limits.ts";
export { type CompiledTemplate, compileTemplate } from "./template.ts";
