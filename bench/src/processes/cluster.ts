import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@diwan/testkit/services";
import { type Child, startChild } from "./child.ts";
import { keyForApp } from "./installation.ts";
import { type BenchServices, freshDatabase } from "./services.ts";

const root = resolve(import.meta.dirname, "../../..");

export type BenchCluster = {
  url: string;
  api: Child;
  worker: Child;
  services: BenchServices;
  keyFor(content: string): Promise<string>;
  stop(): Promise<void>;
};

/** One api and one worker over Postgres and Redis; undefined where those are not there. */
export async function startCluster(settings: Record<string, string> = {}): Promise<BenchCluster | undefined> {
  const services = await freshDatabase();
  if (services === undefined) {
    process.stderr.write("This bench needs DIWAN_TEST_POSTGRES_URL and DIWAN_TEST_REDIS_URL.\n");
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "diwan-bench-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    DATABASE_URL: services.urls.databaseUrl,
    REDIS_URL: services.urls.redisUrl,
    SECRET_KEY: randomBytes(42).toString("base64"),
    STORAGE_LOCAL_PATH: folder,
    API_PORT: String(port),
    WORKER_PORT: "0",
    DIWAN_SHUTDOWN_DELAY_SECONDS: "0",
    DIWAN_WORKER_DRAIN_SECONDS: "1",
    LOG_LEVEL: "warn",
    // As the guide for operators says.
    NODE_OPTIONS: "--max-semi-space-size=16",
    ...settings,
  };
  const start = (service: string) => startChild(join(root, "services", service, "src", "main.ts"), [], environment);
  const api = start("api");
  const worker = start("worker");
  await untilReady(url, api);
  return {
    url,
    api,
    worker,
    services,
    keyFor: (content) => keyForApp({ child: api, url, readyMs: 0 }, content),
    async stop() {
      await Promise.all([api.stop(), worker.stop()]);
      await services.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string, api: Child): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady && /Set-up secret/.test(api.output())) return;
    await sleep(100);
  }
  throw new Error(`The api is not ready:\n${api.output()}`);
}
