import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@diwan/testkit/services";
import { ConsoleClient } from "../support/console-client.ts";
import { projectRoot } from "../support/installation.ts";
import type { FaultInstallation } from "./installation.ts";
import { ManagedProcess } from "./managed-process.ts";
import { preparePostgres, prepareRedis } from "./servers.ts";

export type FaultCluster = FaultInstallation & {
  postgres: ManagedProcess;
  redis: ManagedProcess;
  apis: ManagedProcess[];
  workers: ManagedProcess[];
  databaseUrl: string;
  redisUrl: string;
  /** Under which name each worker holds its runs, since its last start. */
  ownerOf: ReadonlyMap<ManagedProcess, string>;
};

const SECRET = "the secret of this test";

/** Two apis and two workers over a Postgres and a Redis of their own. */
export async function startCluster(folder: string, modelUrl: string): Promise<FaultCluster> {
  const [{ server: postgres, url: databaseUrl }, { server: redis, url: redisUrl }] = await Promise.all([
    preparePostgres(folder),
    prepareRedis(folder),
  ]);
  const files = join(folder, "files");
  mkdirSync(files);
  const environment = {
    PATH: process.env["PATH"],
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    SECRET_KEY: randomBytes(42).toString("base64"),
    INIT_PASSWORD: SECRET,
    STORAGE_LOCAL_PATH: files,
    DIWAN_EGRESS_ALLOW_PRIVATE: "127.0.0.0/8",
    DIWAN_SHUTDOWN_DELAY_SECONDS: "0",
    DIWAN_WORKER_DRAIN_SECONDS: "0.2",
  };
  const ownerOf = new Map<ManagedProcess, string>();
  const service = (name: string, port: number): ManagedProcess => {
    const kind = name.startsWith("api") ? "api" : "worker";
    const started: ManagedProcess = new ManagedProcess({
      name,
      command: process.execPath,
      args: [join(projectRoot, "services", kind, "src/main.ts")],
      environment: { ...environment, [kind === "api" ? "API_PORT" : "WORKER_PORT"]: String(port) },
      isReady: async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok,
      onLine: (line) => {
        const owner = /"owner":"([0-9a-f-]+)"/.exec(line)?.[1];
        if (owner !== undefined) ownerOf.set(started, owner);
      },
    });
    return started;
  };
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
  const apis = [service("api 1", ports[0]), service("api 2", ports[1])];
  const workers = [service("worker 1", ports[2]), service("worker 2", ports[3])];
  const addresses = [ports[0], ports[1]].map((port) => `http://127.0.0.1:${port}`);
  const processes = [...apis, ...workers, redis, postgres];
  const stop = async () => {
    for (const one of processes) {
      one.thaw();
      await one.kill();
    }
  };
  try {
    await Promise.all([postgres.start(), redis.start()]);
    await Promise.all([...apis, ...workers].map((one) => one.start()));
    const console = new ConsoleClient(addresses[0]!);
    await console.setUp(SECRET);
    const provider = { provider: "openai", base_url: modelUrl, api_key: "sk-1234567890abcdef" };
    await console.call("PUT", `/workspaces/${console.workspaceId}/model-providers`, provider);
    return {
      name: "cluster",
      addresses: () => addresses.filter((_, place) => apis[place]!.state !== "down"),
      console,
      processes,
      stop,
      postgres,
      redis,
      apis,
      workers,
      databaseUrl,
      redisUrl,
      ownerOf,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
