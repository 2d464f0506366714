import { join, resolve } from "node:path";
import { createLogger, endWithReason, untilTold } from "@diwan/kernel/node";
import { sandboxConfig } from "./config.ts";
import { createSandboxMetrics, serveMetrics } from "./metrics.ts";
import { startSandbox } from "./start-sandbox.ts";

endWithReason();
const config = sandboxConfig(process.env);
const logger = createLogger({ component: "sandbox", level: config.LOG_LEVEL });
const metrics = createSandboxMetrics();
const root = resolve(import.meta.dirname, "../../..");
const cacheFolder = config.SANDBOX_CACHE_DIR ?? join(root, ".cache", "sandbox");
const wheelFolders = [config.SANDBOX_PY_PACKAGES_DIR ?? "", join(root, ".cache", "wheels")].filter(Boolean);
const starting = startSandbox({ config, cacheFolder, wheelFolders, logger, observe: metrics });
const served = await serveMetrics(metrics, config.SANDBOX_HOST, config.SANDBOX_METRICS_PORT);
const ended = untilTold(async () => {
  await (await starting).close();
  served.close();
});
// Whoever started it as a child wants to know, and takes it along.
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
const { port } = await starting;
process.send?.({ port });
logger.info({ port }, "The sandbox takes programs.");
process.exitCode = await ended;
