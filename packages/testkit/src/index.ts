export * from "./http-server/certificate.ts";
export * from "./http-server/http-script.ts";
export * from "./http-server/http-server.ts";
export * from "./model-server/model-server.ts";
export * from "./model-server/script.ts";
export * from "./name-server/name-server.ts";
export * from "./run-files/memory-run-files.ts";
export { jinjaPython } from "./sandbox/jinja-python.ts";
export * from "./sandbox/test-sandbox.ts";
