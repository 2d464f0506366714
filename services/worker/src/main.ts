import { createIdSource, systemClock } from "@diwan/kernel";
import { collectEarly, createLogger, createMetrics, endWithReason, untilTold, watchPool } from "@diwan/kernel/node";
import { openServerStack, postgresAddress, redisAddress } from "@diwan/storage/server";
import { checkSecretKey, createFileSigner, createKeyRing, createSealer, SecretErrors } from "@diwan/workspaces";
import { workerConfig } from "./config.ts";
import { startHealthServer } from "./health-server.ts";
import { startWorker } from "./worker.ts";
import { workerNeeds } from "./worker-needs.ts";

endWithReason();
collectEarly();
const config = workerConfig(process.env);
if (config.SECRET_KEY === undefined) throw SecretErrors["too-weak"]();
const version = process.env["npm_package_version"] ?? "0";
const logger = createLogger({ component: "worker", level: config.LOG_LEVEL });
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
watchPool(metrics, stack.pool);
const needs = workerNeeds({ stack, sealer, signer, metrics, logger, clock, ids }, config);
for (const warning of stack.warnings) logger.warn({}, warning);
let leaving = false;
const readiness = async () => (leaving ? "the process is stopping" : stack.readiness());
const { warnings } = stack;
const health = await startHealthServer({ metrics, readiness, warnings }, config.WORKER_HOST, config.WORKER_PORT);
const starting = startWorker(needs);
// Before the first run is taken: a signal that comes just then must not end the process without a goodbye.
const ended = untilTold(async () => {
  leaving = true;
  await (await starting).close(config.DIWAN_WORKER_DRAIN_SECONDS * 1000);
  await stack.close();
  health.close();
  health.closeAllConnections();
});
await starting;
logger.info({ owner: needs.settings.owner }, "The worker takes runs.");
process.exitCode = await ended;
