export { apiNeeds } from "./api-needs.ts";
export { buildApi } from "./build-api.ts";
export { type V1Frame, v1Frames } from "./presenters/v1-events.ts";
