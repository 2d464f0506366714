import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ModelServer, startModelServer, words } from "@diwan/testkit";
import { freePort } from "@diwan/testkit/services";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start } from "../support/app-text.ts";

const root = resolve(import.meta.dirname, "../..");
const postgres = process.env["DIWAN_TEST_POSTGRES_URL"];
const redis = process.env["DIWAN_TEST_REDIS_URL"];

/** Two apis and two workers as processes of their own, over one Postgres and one Redis. */
class Cluster {
  readonly #processes = new Map<string, ChildProcess>();
  readonly #environment: Record<string, string>;
  output = "";

  constructor(environment: Record<string, string>) {
    this.#environment = environment;
  }

  start(name: string, service: "api" | "worker", extra: Record<string, string> = {}): void {
    const child = spawn(process.execPath, [join(root, "services", service, "src", "main.ts")], {
      env: { PATH: process.env["PATH"], ...this.#environment, ...extra },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (chunk) => (this.output += chunk));
    child.stderr.on("data", (chunk) => (this.output += chunk));
    this.#processes.set(name, child);
  }

  async stop(name: string, signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#processes.get(name)!;
    this.#processes.delete(name);
    if (child.exitCode !== null) return child.exitCode;
    const exited = new Promise<number | null>((done) => child.once("exit", done));
    child.kill(signal);
    return exited;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((name) => this.stop(name, "SIGKILL")));
  }
}

describe.skipIf(postgres === undefined || redis === undefined)(
  "a cluster (needs DIWAN_TEST_POSTGRES_URL and DIWAN_TEST_REDIS_URL)",
  () => {
    const database = `cluster_${randomBytes(5).toString("hex")}`;
    let admin: pg.Client;
    let cluster: Cluster;
    let models: ModelServer;
    let key: string;
    let workerPort: number;
    let ports: [number, number];
    let cookie = "";
    let csrf = "";
    let workspace = "";

    const url = (api: 0 | 1, path: string) => `http://127.0.0.1:${ports[api]}${path}`;
    const ready = async (api: 0 | 1) => {
      for (let tries = 0; tries < 200; tries += 1) {
        const status = await fetch(url(api, "/readyz")).then(
          (response) => response.status,
          () => 0,
        );
        if (status === 200) return;
        await sleep(100);
      }
      throw new Error(`api-${api} is not ready:\n${cluster.output}`);
    };
    const ask = async (method: string, path: string, body?: object) => {
      const headers = { cookie, "x-csrf-token": csrf, "content-type": "application/json" };
      const response = await fetch(url(0, path), { method, headers, body: JSON.stringify(body ?? {}) });
      expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
      return { response, body: (await response.json()) as Record<string, unknown> };
    };

    beforeAll(async () => {
      admin = new pg.Client({ connectionString: postgres });
      await admin.connect();
      await admin.query(`create database ${database}`);
      const databaseUrl = new URL(postgres!);
      databaseUrl.pathname = `/${database}`;
      // A number of its own keeps this suite's jobs and streams apart from other suites'.
      const redisUrl = new URL(redis!);
      redisUrl.pathname = "/7";
      ports = [await freePort(), await freePort()];
      cluster = new Cluster({
        DATABASE_URL: databaseUrl.href,
        REDIS_URL: redisUrl.href,
        SECRET_KEY: randomBytes(42).toString("base64"),
        INIT_PASSWORD: "the-set-up-secret",
        WORKER_PORT: "0",
        DIWAN_SHUTDOWN_DELAY_SECONDS: "0",
        DIWAN_WORKER_DRAIN_SECONDS: "0.2",
      });
      for (const place of [0, 1] as const) cluster.start(`api-${place}`, "api", { API_PORT: String(ports[place]) });
      workerPort = await freePort();
      cluster.start("worker-0", "worker", { WORKER_PORT: String(workerPort) });
      cluster.start("worker-1", "worker");
      await Promise.all([ready(0), ready(1)]);
      const owner = { email: "o@example.com", name: "O", password: "correct horse battery", workspace_name: "W" };
      const { response, body } = await ask("POST", "/console/api/setup", { secret: "the-set-up-secret", ...owner });
      cookie = response.headers
        .getSetCookie()
        .map((one) => one.split(";")[0])
        .join("; ");
      csrf = String(body["csrf_token"]);
      workspace = (body["workspaces"] as { id: string }[])[0]!.id;
      models = await startModelServer();
      key = await appWithKey(models.url);
    });

    afterAll(async () => {
      await models?.[Symbol.asyncDispose]();
      await cluster?.stopAll();
      await admin?.query(`drop database if exists ${database} with (force)`);
      await admin?.end();
    });

    async function appWithKey(modelUrl: string): Promise<string> {
      const providers = `/console/api/workspaces/${workspace}/model-providers`;
      await ask("PUT", providers, { provider: "openai", base_url: modelUrl, api_key: "sk-1234567890abcdef" });
      const content = appText(
        "workflow",
        [start(), llm("ask", "go"), end("end", { text: ["ask", "text"] })],
        ["start>ask", "ask>end"],
      );
      const imported = await ask("POST", `/console/api/workspaces/${workspace}/imports`, { content });
      const key = await ask("POST", `/console/api/apps/${imported.body["app_id"]}/keys`);
      return String(key.body["value"]);
    }

    const run = (api: 0 | 1, mode: string) =>
      fetch(url(api, "/v1/workflows/run"), {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ inputs: {}, user: "u", response_mode: mode }),
      });

    it("runs what any api takes on any worker, and streams it from any api", async () => {
      models.script({ text: words("hello from the cluster"), pieceMs: 10 });
      const replies = await Promise.all(([0, 1] as const).map(async (api) => (await run(api, "blocking")).json()));
      for (const reply of replies)
        expect(reply).toMatchObject({ data: { status: "succeeded", outputs: { text: "hello from the cluster" } } });
      const text = await (await run(1, "streaming")).text();
      expect(text.match(/"event":"(\w+)"/g)?.at(-1)).toBe('"event":"workflow_finished"');
    });

    it("tells health and figures of every process", async () => {
      const at = (port: number, path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      for (const port of [ports[0], workerPort]) {
        expect((await at(port, "/healthz")).status).toBe(200);
        expect(await (await at(port, "/readyz")).json()).toMatchObject({ status: "ready" });
      }
      const figures = await (await at(workerPort, "/metrics")).text();
      expect(figures).toMatch(/^diwan_node_duration_seconds_count\{node_type="llm",outcome="succeeded"\} \d/m);
      const api = await (await at(ports[0], "/metrics")).text();
      expect(api).toMatch(/^celery_queue_length\{queue_name="celery"\} \d/m);
      expect(api).toMatch(/^diwan_http_requests_total\{.*route="\/v1\/workflows\/run".*\} \d/m);
    });

    it("hands a run over when its worker is told to stop, and the reader sees it to its end", async () => {
      models.script({ text: words("one two three four five six"), pieceMs: 300 });
      const asked = models.requests.length;
      const answer = run(0, "blocking").then((response) => response.json());
      await expect.poll(() => models.requests.length, { timeout: 10_000 }).toBe(asked + 1);
      // Whichever of the two holds the run gives it back; only the third can go on with it.
      await Promise.all([cluster.stop("worker-0", "SIGTERM"), cluster.stop("worker-1", "SIGTERM")]);
      cluster.start("worker-2", "worker");
      expect(await answer).toMatchObject({
        data: { status: "succeeded", outputs: { text: "one two three four five six" } },
      });
    });

    it("keeps secrets, prompts and answers out of its logs", () => {
      expect(cluster.output).toContain("The worker takes runs.");
      expect(cluster.output).not.toMatch(/sk-1234567890abcdef|hello from the cluster|correct horse/);
    });
  },
);
