export { buildApi } from "./build-api.ts";
export type { ApiNeeds, ApiSettings } from "./needs.ts";
export { type V1Frame, v1Frames } from "./presenters/v1-events.ts";
export { loadSamples } from "./samples.ts";
