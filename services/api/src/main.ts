import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createIdSource, systemClock } from "@diwan/kernel";
import { collectEarly, createLogger, createMetrics, endWithReason, untilTold } from "@diwan/kernel/node";
import { openServerStack, postgresAddress, redisAddress } from "@diwan/storage/server";
import {
  checkSecretKey,
  createFileSigner,
  createKeyRing,
  createSealer,
  prepareSetup,
  SecretErrors,
} from "@diwan/workspaces";
import { apiNeeds } from "./api-needs.ts";
import { buildApi } from "./build-api.ts";
import { apiConfig } from "./config.ts";

endWithReason();
collectEarly();
const config = apiConfig(process.env);
if (config.SECRET_KEY === undefined) throw SecretErrors["too-weak"]();
const version = process.env["npm_package_version"] ?? "0";
const root = resolve(import.meta.dirname, "../../..");
const logger = createLogger({ component: "api", level: config.LOG_LEVEL });
const clock = systemClock;
const ids = createIdSource();
const stack = await openServerStack({
  postgres: postgresAddress(config),
  redis: redisAddress(config),
  maxConnections: config.DIWAN_POSTGRES_MAX_CONNECTIONS,
  filesFolder: config.STORAGE_LOCAL_PATH,
  streamRetentionMs: config.DIWAN_STREAM_RETENTION_SECONDS * 1000,
  version,
  ids,
  clock,
});
const ring = createKeyRing(config.SECRET_KEY, config.SECRET_KEY_PREVIOUS.split(",").filter(Boolean));
await checkSecretKey(ring, stack.stores.installation);
const sealer = createSealer(ring, stack.stores.dataKeys, ids);
const signer = createFileSigner(ring, {
  clock,
  timeoutMs: config.FILES_ACCESS_TIMEOUT * 1000,
  baseUrl: () => config.FILES_URL ?? config.CONSOLE_WEB_URL ?? "",
});
const metrics = createMetrics({ version, commit: process.env["DIWAN_COMMIT"] ?? "" });
const places = {
  version,
  localToken: undefined,
  consoleDir: join(root, "web", "console", "dist"),
  samplesDir: join(root, "examples", "templates"),
  streamDrainMs: config.DIWAN_STREAM_DRAIN_SECONDS * 1000,
};
for (const warning of stack.warnings) logger.warn({}, warning);
let leaving = false;
const needs = apiNeeds({ stack, sealer, signer, metrics, logger, clock, ids }, config, places);
const server = await buildApi({
  ...needs,
  readiness: async () => (leaving ? "the process is stopping" : needs.readiness()),
});
const secret = await prepareSetup(stack.stores, config.INIT_PASSWORD);
// Printed for the operator, once; logs are shipped elsewhere.
if (secret !== undefined && config.INIT_PASSWORD === undefined) process.stderr.write(`Set-up secret: ${secret}\n`);
const listening = server.listen({ host: config.API_HOST, port: config.API_PORT });
// Before the first request is taken: a signal that comes just then must not cut it off.
const ended = untilTold(async () => {
  leaving = true;
  await listening;
  await sleep(config.DIWAN_SHUTDOWN_DELAY_SECONDS * 1000);
  await server.close();
  await stack.close();
});
await listening;
process.exitCode = await ended;
