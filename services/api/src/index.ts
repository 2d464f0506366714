export { buildApi } from "./build-api.ts";
export type { ApiNeeds, ApiSettings } from "./needs.ts";
export { loadSamples } from "./samples.ts";
