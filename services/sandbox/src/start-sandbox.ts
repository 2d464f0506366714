import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "@diwan/kernel";
import type { SandboxConfig } from "./config.ts";
import type { HostPoolOptions } from "./hosts/host-pool.ts";
import { createAuthentication } from "./http/authenticate.ts";
import { sandboxRoutes } from "./http/routes.ts";
import { createSandboxServer } from "./http/server.ts";
import { Sandbox, type SandboxObserver } from "./sandbox.ts";
import { javaScriptHost, pythonHost } from "./wasm/hosts.ts";
import { snapshotFile } from "./wasm/python/snapshot-file.ts";
import { wheelsIn } from "./wasm/python/wheels.ts";

const MEBIBYTE = 1024 * 1024;

/** A body holds a program in JSON, which needs more room than the program. */
const BODY_OVERHEAD_MIB = 2;

const START_WITHIN_MS = 30_000;

export type RunningSandbox = {
  port: number;
  close(): Promise<void>;
};

export type StartOptions = {
  config: SandboxConfig;
  cacheFolder: string;
  /** With Python packages that programs can import. */
  wheelFolders: readonly string[];
  logger: Logger;
  observe: SandboxObserver;
};

/** Listens at once; programs wait for the processes that run them. @throws Error where the address is taken. */
export async function startSandbox({
  config,
  cacheFolder,
  wheelFolders,
  logger,
  observe,
}: StartOptions): Promise<RunningSandbox> {
  const wheels = wheelsIn(wheelFolders);
  const paths = wheels.map(({ path }) => path);
  const { SANDBOX_IDLE_SECONDS: idleSeconds } = config;
  const snapshot = snapshotFile(cacheFolder, paths);
  snapshot.catch((error: unknown) => logger.error({ err: error }, "Python programs cannot be run."));
  const pool = (size: number): Omit<HostPoolOptions, "onBirth" | "command"> => ({
    size,
    keep: idleSeconds === undefined ? size : 0,
    idleMs: (idleSeconds ?? 0) * 1000,
    startWithinMs: START_WITHIN_MS,
    reuse: config.SANDBOX_REUSE,
    maxRuns: 500,
    maxAgeMs: 3_600_000,
  });
  const sandbox = new Sandbox({
    pools: {
      python3: {
        ...pool(config.SANDBOX_PYTHON_HOSTS),
        command: snapshot.then((file) => pythonHost(file, config.SANDBOX_MEMORY_MIB, paths)),
      },
      nodejs: {
        ...pool(config.SANDBOX_JAVASCRIPT_HOSTS),
        command: Promise.resolve(javaScriptHost(Math.ceil(config.SANDBOX_MEMORY_MIB / 4))),
      },
    },
    limits: { timeoutMs: config.WORKER_TIMEOUT * 1000, maxOutputBytes: config.SANDBOX_OUTPUT_MIB * MEBIBYTE },
    maxRunning: config.MAX_WORKERS,
    maxRequests: config.MAX_REQUESTS,
    maxWaitMs: config.SANDBOX_QUEUE_SECONDS * 1000,
    observe,
  });
  const server = createSandboxServer({
    routes: sandboxRoutes({
      sandbox,
      maxCodeBytes: config.SANDBOX_MAX_CODE_MIB * MEBIBYTE,
      packages: wheels.map(({ name, version }) => ({ name, version })),
      problems: () => (sandbox.isBroken ? ["The processes that run programs do not start."] : []),
      isWarm: () => idleSeconds !== undefined || sandbox.isWarm,
    }),
    isCaller: createAuthentication({
      apiKey: config.API_KEY,
      publicKeys: config.SANDBOX_PUBLIC_KEYS,
      audience: config.SANDBOX_AUDIENCE,
      now: () => Date.now() / 1000,
    }),
    maxBodyBytes: (config.SANDBOX_MAX_CODE_MIB + BODY_OVERHEAD_MIB) * MEBIBYTE,
    onError: (error) => logger.error({ err: error }, "A program could not be run."),
  });
  await listen(server, config.SANDBOX_HOST, config.SANDBOX_PORT);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
      await sandbox.close();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}
