import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { testCertificate } from "../http-server/certificate.ts";
import { freePort } from "./free-port.ts";

const isMissing = spawnSync("redis-server", ["--version"]).status !== 0;

/** Ways to reach Redis that need servers of their own: `describe.skipIf(redisServers.missing)(…)`. */
export const redisServers = {
  missing: isMissing,
  /** Says why, where a suite cannot run on them. */
  reason: isMissing ? " (skipped: redis-server is not installed)" : "",
};

/** A Redis of one suite's own, and what a process of ours needs to be told to reach it. */
export type OwnRedis = AsyncDisposable & { settings: Record<string, string> };

const SERVICE = "diwan-test";

const durable = ["--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction"];

/** With user, password and TLS, under a certificate that only our file vouches for. */
export async function startTlsRedis(): Promise<OwnRedis> {
  const set = new ServerSet();
  const port = await freePort();
  const password = randomBytes(12).toString("hex");
  const [cert, key] = [set.file("cert.pem", testCertificate.cert), set.file("key.pem", testCertificate.key)];
  const tls = ["--tls-port", `${port}`, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-auth-clients", "no"];
  const user = ["--user", "diwan", "on", `>${password}`, "~*", "&*", "+@all"];
  await set.start(["--port", "0", ...durable, ...tls, ...user, "--user", "default", "off"], {
    port,
    username: "diwan",
    password,
    tls: { ca: testCertificate.cert },
  });
  const settings = {
    REDIS_URL: `rediss://diwan:${password}@localhost:${port}/3`,
    REDIS_SSL_CA_CERTS: cert,
  };
  return { settings, [Symbol.asyncDispose]: () => set.close() };
}

export type SentinelRedis = OwnRedis & {
  /** kill -9; resolves when the Sentinels name another one. */
  killPrimary(): Promise<void>;
};

/** A primary, a replica and three Sentinels, each with a password. */
export async function startSentinelRedis(): Promise<SentinelRedis> {
  const set = new ServerSet();
  const password = randomBytes(12).toString("hex");
  const sentinelPassword = randomBytes(12).toString("hex");
  const [primary, replica] = [await freePort(), await freePort()];
  const shared = [...durable, "--requirepass", password, "--masterauth", password];
  const server = await set.start(["--port", `${primary}`, ...shared], { port: primary, password });
  await set.start(["--port", `${replica}`, ...shared, "--replicaof", "127.0.0.1", `${primary}`], {
    port: replica,
    password,
  });
  const sentinels = [await freePort(), await freePort(), await freePort()];
  for (const port of sentinels) {
    const file = set.file(
      `sentinel-${port}.conf`,
      `port ${port}
requirepass ${sentinelPassword}
sentinel sentinel-pass ${sentinelPassword}
sentinel monitor ${SERVICE} 127.0.0.1 ${primary} 2
sentinel auth-pass ${SERVICE} ${password}
sentinel down-after-milliseconds ${SERVICE} 1000
sentinel failover-timeout ${SERVICE} 3000
`,
    );
    await set.start([file, "--sentinel"], { port, password: sentinelPassword });
  }
  const ask = async (...command: [string, ...string[]]) => {
    const sentinel = new Redis({ port: sentinels[0]!, password: sentinelPassword, lazyConnect: true });
    sentinel.on("error", () => {});
    const answer = await sentinel.call(...command).finally(() => sentinel.disconnect());
    return answer as string[];
  };
  await until(async () => {
    const primary = await ask("SENTINEL", "MASTER", SERVICE);
    const figure = (name: string) => primary[primary.indexOf(name) + 1];
    return figure("num-other-sentinels") === "2" && figure("num-slaves") === "1";
  });
  return {
    settings: {
      REDIS_USE_SENTINEL: "true",
      REDIS_SENTINELS: sentinels.map((port) => `127.0.0.1:${port}`).join(","),
      REDIS_SENTINEL_SERVICE_NAME: SERVICE,
      REDIS_SENTINEL_PASSWORD: sentinelPassword,
      REDIS_PASSWORD: password,
      REDIS_DB: "3",
    },
    async killPrimary() {
      server.kill("SIGKILL");
      await until(async () => (await ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE))[1] === `${replica}`);
    },
    [Symbol.asyncDispose]: () => set.close(),
  };
}

type Reached = { port: number; username?: string; password: string; tls?: { ca: string } };

/** Processes with a folder of their own. */
class ServerSet {
  readonly #folder = mkdtempSync(join(tmpdir(), "diwan-redis-"));
  readonly #processes: ChildProcess[] = [];

  file(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  async start(args: readonly string[], reached: Reached): Promise<ChildProcess> {
    const place = ["--bind", "127.0.0.1", "--dir", mkdtempSync(join(this.#folder, "data-"))];
    const child = spawn("redis-server", [...args, ...place], { stdio: "ignore" });
    this.#processes.push(child);
    const connection = new Redis({ ...reached, host: "localhost", family: 4, maxRetriesPerRequest: null });
    connection.on("error", () => {});
    const answered = connection.ping().then(() => true);
    const isUp = await Promise.race([answered, sleep(10_000, false)]);
    connection.disconnect();
    answered.catch(() => {});
    if (isUp) return child;
    await this.close();
    throw new Error(`redis-server ${args.join(" ")} does not answer`);
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#processes.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        await exited;
      }),
    );
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds().catch(() => false)) return;
    await sleep(100);
  }
  throw new Error("The Sentinels do not agree after 20 s.");
}
