export * from "./model-server/model-server.ts";
export * from "./model-server/script.ts";
