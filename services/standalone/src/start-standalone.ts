import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type ApiNeeds, buildApi, loadSamples } from "@diwan/api";
import { createContentCache, createVersionPreparer } from "@diwan/apps";
import { asDiwanError, createIdSource, type DiwanError, defineErrors, type Logger, systemClock } from "@diwan/kernel";
import { createMetrics } from "@diwan/kernel/node";
import { createModelGateway } from "@diwan/models";
import { defaultReaperLimits } from "@diwan/runs";
import { openEmbedded } from "@diwan/storage/embedded";
import { MemoryLiveEvents, MemoryRunSignals } from "@diwan/storage/memory";
import { createStores, Database, migrate } from "@diwan/storage/postgres";
import { BullRunQueue, postgresQueueBackend } from "@diwan/storage/queue";
import { startWorker } from "@diwan/worker";
import { checkSecretKey, createKeyRing, createSealer, prepareSetup } from "@diwan/workspaces";
import type { StandaloneConfig } from "./config.ts";
import type { DataDirectory } from "./data-directory.ts";
import { queueMetrics } from "./queue-metrics.ts";

export const StartErrors = defineErrors("start", {
  "port-taken": {
    kind: "caller",
    message: ({ port }: { port: number }) => `Port ${port} is taken by another program. Choose another with --port N.`,
  },
  "owner-needed": {
    kind: "caller",
    message: ({ host }: { host: string }) =>
      `Nobody owns this installation yet, so it listens on this machine only. Set it up first, or set INIT_PASSWORD, then use --host ${host}.`,
  },
});

export type StandaloneOptions = {
  data: DataDirectory;
  host: string;
  port: number;
  config: StandaloneConfig;
  logger: Logger;
  version: string;
  /** Folder of the project, for samples and the built console. */
  root: string;
};

export type Standalone = {
  url: string;
  /** Lets its holder become the owner; undefined once there is one. */
  setupSecret: string | undefined;
  /** Runs are handed back, streams ended, the database closed. */
  close(): Promise<void>;
  /** Resolves with what went wrong when the database ends by itself. */
  failed: Promise<Error>;
};

/** Time for runs to end by themselves before they are handed to the next start. */
const DRAIN_MS = 3_000;

/**
 * Api, worker and database in this one process.
 *
 * @throws storage.directory-in-use, start.port-taken, start.owner-needed, secret.* (caller)
 */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const { data, config, logger, version } = options;
  const ids = createIdSource();
  const clock = systemClock;
  const embedded = await openEmbedded(data.folder);
  const closing: (() => Promise<void>)[] = [() => embedded.close()];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    await migrate(embedded.pool, { byVersion: version });
    const stores = createStores(new Database(embedded.pool, { prepare: true }), { ids, clock });
    const ring = createKeyRing(
      config.SECRET_KEY ?? data.secretKey,
      config.SECRET_KEY_PREVIOUS.split(",").filter(Boolean),
    );
    await checkSecretKey(ring, stores.installation);
    const setupSecret = await prepareSetup(stores, config.INIT_PASSWORD);
    if (setupSecret !== undefined && !isLoopback(options.host) && config.INIT_PASSWORD === undefined) {
      throw StartErrors["owner-needed"]({ host: options.host });
    }
    const sealer = createSealer(ring, stores.dataKeys, ids);
    const live = new MemoryLiveEvents({ retentionMs: config.DIWAN_STREAM_RETENTION_SECONDS * 1000 });
    const signals = new MemoryRunSignals();
    const queue = new BullRunQueue(await postgresQueueBackend(embedded.pool, embedded.connection));
    closing.push(() => queue.close());
    const metrics = createMetrics({ version, commit: process.env["DIWAN_COMMIT"] ?? "" });
    queueMetrics(metrics, queue, embedded.pool);
    const environment =
      config.OPENAI_API_BASE === undefined
        ? undefined
        : { baseUrl: config.OPENAI_API_BASE, apiKey: config.OPENAI_API_KEY };
    const prepareVersion = createVersionPreparer({ apps: stores.apps, sealer });
    const localToken = `dwl-${randomBytes(30).toString("base64url")}`;

    const worker = await startWorker({
      ...stores,
      queue,
      live,
      signals,
      clock,
      ids,
      metrics,
      logger: logger.child({ component: "worker" }),
      models: createModelGateway({
        stored: { providers: stores.providers, sealer },
        ...(environment === undefined ? {} : { environment }),
        deadlines: {
          firstPartMs: config.DIWAN_MODEL_FIRST_TOKEN_SECONDS * 1000,
          silenceMs: config.DIWAN_MODEL_SILENCE_SECONDS * 1000,
        },
      }),
      prepare: (scope, run) => prepareVersion(scope, run.appId, run.versionId),
      consume: (consumption) =>
        queue.consume({
          ...consumption,
          onError: (error) => logger.warn({ err: error }, "The job queue reported a problem."),
        }),
      settings: {
        concurrency: config.DIWAN_WORKER_CONCURRENCY,
        limits: {
          maxSteps: config.WORKFLOW_MAX_EXECUTION_STEPS,
          softMs: Math.min(config.DIWAN_RUN_SOFT_SECONDS, config.WORKFLOW_MAX_EXECUTION_TIME) * 1000,
          maxParallelSteps: config.GRAPH_ENGINE_MAX_WORKERS,
        },
        reaper: defaultReaperLimits,
        owner: ids.next(),
      },
    });
    closing.push(() => worker.close(DRAIN_MS));

    const api: ApiNeeds = {
      ...stores,
      environment,
      sealer,
      queue,
      live,
      signals,
      readContent: createContentCache(),
      samples: loadSamples(join(options.root, "examples", "templates")),
      clock,
      ids,
      logger: logger.child({ component: "api" }),
      metrics,
      settings: {
        version,
        consoleOrigins: config.CONSOLE_WEB_URL === undefined ? [] : [new URL(config.CONSOLE_WEB_URL).origin],
        localToken,
        consoleDir: join(options.root, "web", "console", "dist"),
        secureCookies: config.CONSOLE_WEB_URL?.startsWith("https:") === true,
      },
      readiness: async () => {
        const { rowCount } = await embedded.pool.query("select 1").catch(() => ({ rowCount: 0 }));
        return rowCount === 1 ? undefined : "the database";
      },
    };
    const server = await buildApi(api);
    closing.push(() => server.close());
    await server.listen({ host: options.host, port: options.port }).catch((error: unknown) => {
      throw listenProblem(error, options.port);
    });
    const { port } = server.server.address() as AddressInfo;
    const url = `http://${isLoopback(options.host) ? options.host : "127.0.0.1"}:${port}`;
    embedded.updateLock(url);
    writeFileSync(data.localFile, JSON.stringify({ url, token: localToken }), { mode: 0o600 });
    closing.push(async () => rmSync(data.localFile, { force: true }));
    return { url, setupSecret, close, failed: embedded.failed };
  } catch (error) {
    await close();
    throw error;
  }
}

function isLoopback(host: string): boolean {
  return host === "127.0.0.1" || host === "localhost" || host === "::1";
}

function listenProblem(error: unknown, port: number): DiwanError {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "EADDRINUSE" || code === "EACCES"
    ? StartErrors["port-taken"]({ port }, { cause: error })
    : asDiwanError(error);
}
