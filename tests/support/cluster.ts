import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ModelServer, startModelServer } from "@diwan/testkit";
import { freePort } from "@diwan/testkit/services";
import pg from "pg";
import { ConsoleClient } from "./console-client.ts";
import { type PublishedApp, projectRoot, publishApp } from "./installation.ts";

export const clusterServices = {
  postgres: process.env["DIWAN_TEST_POSTGRES_URL"],
  redis: process.env["DIWAN_TEST_REDIS_URL"],
};

export const hasClusterServices = clusterServices.postgres !== undefined && clusterServices.redis !== undefined;

/** One api and one worker as processes of their own, over a database and a Redis number of their own. */
export type TestCluster = AsyncDisposable & {
  url: string;
  model: ModelServer;
  console: ConsoleClient;
  api: ChildProcess;
  worker: ChildProcess;
  /** A further process of the same installation; it listens on another port. */
  start(service: "api" | "worker", extra?: Record<string, string>): ChildProcess;
  /** Everything that the processes have printed. */
  output(): string;
  publish(content: string): Promise<PublishedApp>;
};

type Settings = Record<string, string>;

/**
 * @param redisNumber  Keeps suites that run at the same time apart.
 * @param settings  Beside those of a test, or in their place; "" is not set.
 */
export async function startCluster(
  redisNumber: number,
  settings: Settings | ((own: { database: string }) => Settings) = {},
): Promise<TestCluster> {
  const database = `cluster_${randomBytes(5).toString("hex")}`;
  const admin = new pg.Client({ connectionString: clusterServices.postgres });
  await admin.connect();
  await admin.query(`create database ${database}`);
  const [databaseUrl, redisUrl] = [new URL(clusterServices.postgres!), new URL(clusterServices.redis!)];
  databaseUrl.pathname = `/${database}`;
  redisUrl.pathname = `/${redisNumber}`;
  const folder = mkdtempSync(join(tmpdir(), "diwan-cluster-"));
  const model = await startModelServer();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    DATABASE_URL: databaseUrl.href,
    REDIS_URL: redisUrl.href,
    SECRET_KEY: randomBytes(42).toString("base64"),
    INIT_PASSWORD: "the-set-up-secret",
    OPENAI_API_BASE: model.url,
    OPENAI_API_KEY: "sk-test",
    STORAGE_LOCAL_PATH: join(folder, "files"),
    API_PORT: String(port),
    WORKER_PORT: "0",
    DIWAN_SHUTDOWN_DELAY_SECONDS: "0",
    ...(typeof settings === "function" ? settings({ database }) : settings),
  };
  let output = "";
  const processes: ChildProcess[] = [];
  const start = (service: "api" | "worker", extra: Record<string, string> = {}): ChildProcess => {
    const child = spawn(process.execPath, [join(projectRoot, "services", service, "src", "main.ts")], {
      env: { PATH: process.env["PATH"], ...environment, ...extra },
      stdio: ["ignore", "pipe", "pipe"],
    });
    processes.push(child);
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    return child;
  };
  const [api, worker] = [start("api"), start("worker")];
  const close = async () => {
    for (const child of processes) child.kill("SIGKILL");
    await model[Symbol.asyncDispose]();
    await admin.query(`drop database if exists ${database} with (force)`);
    await admin.end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(url, () => output);
    const console = new ConsoleClient(url);
    await console.setUp("the-set-up-secret");
    return {
      url,
      model,
      console,
      api,
      worker,
      start: (service, extra) => start(service, { API_PORT: "0", ...extra }),
      output: () => output,
      publish: (content) => publishApp(console, content),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function untilReady(url: string, output: () => string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const status = await fetch(`${url}/readyz`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await sleep(100);
  }
  throw new Error(`The cluster is not ready:\n${output()}`);
}
