import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { apiNeeds, buildApi } from "@diwan/api";
import { egressPolicy } from "@diwan/egress/settings";
import { asDiwanError, createIdSource, type DiwanError, defineErrors, type Logger, systemClock } from "@diwan/kernel";
import { createMetrics } from "@diwan/kernel/node";
import { cachedProviders } from "@diwan/models";
import { OwnSandbox } from "@diwan/sandbox";
import { openEmbeddedStack } from "@diwan/storage/embedded";
import { startWorker, workerNeeds } from "@diwan/worker";
import { checkSecretKey, createFileSigner, createKeyRing, createSealer, prepareSetup } from "@diwan/workspaces";
import type { StandaloneConfig } from "./config.ts";
import type { DataDirectory } from "./data-directory.ts";
import { codeRunner } from "./own-code-runner.ts";

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
  /** A logger for each part. */
  logger(component: string): Logger;
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
  const { data, config, version } = options;
  const ids = createIdSource();
  const clock = systemClock;
  const streamRetentionMs = config.DIWAN_STREAM_RETENTION_SECONDS * 1000;
  const opened = await openEmbeddedStack({ folder: data.folder, version, streamRetentionMs, ids, clock });
  // Nobody else can open the folder, so what is read here stays true until it is changed here.
  const stack = { ...opened, stores: { ...opened.stores, providers: cachedProviders(opened.stores.providers) } };
  const closing: (() => Promise<void>)[] = [() => stack.close()];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const { stores } = stack;
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
    const metrics = createMetrics({ version, commit: process.env["DIWAN_COMMIT"] ?? "" });
    let address = "";
    const signer = createFileSigner(ring, {
      clock,
      timeoutMs: config.FILES_ACCESS_TIMEOUT * 1000,
      baseUrl: () => config.FILES_URL ?? config.CONSOLE_WEB_URL ?? address,
    });
    const parts = { stack, sealer, signer, metrics, clock, ids };

    const sandbox = new OwnSandbox();
    closing.push(() => sandbox.close());
    const code = codeRunner(egressPolicy(config), config, sandbox);
    const worker = await startWorker(workerNeeds({ ...parts, code, logger: options.logger("worker") }, config));
    closing.push(() => worker.close(DRAIN_MS));

    const localToken = `dwl-${randomBytes(30).toString("base64url")}`;
    const server = await buildApi(
      apiNeeds({ ...parts, logger: options.logger("api") }, config, {
        version,
        localToken,
        consoleDir: join(options.root, "web", "console", "dist"),
        samplesDir: join(options.root, "examples", "templates"),
        local: worker.local,
      }),
    );
    closing.push(() => server.close());
    await server.listen({ host: options.host, port: options.port }).catch((error: unknown) => {
      throw listenProblem(error, options.port);
    });
    const { port } = server.server.address() as AddressInfo;
    const url = `http://${isLoopback(options.host) ? options.host : "127.0.0.1"}:${port}`;
    address = url;
    stack.updateLock(url);
    writeFileSync(data.localFile, JSON.stringify({ url, token: localToken }), { mode: 0o600 });
    closing.push(async () => rmSync(data.localFile, { force: true }));
    return { url, setupSecret, close, failed: stack.failed };
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
