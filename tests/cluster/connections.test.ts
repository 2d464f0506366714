import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { words } from "@diwan/testkit";
import { redisServers, startSentinelRedis, startTlsRedis } from "@diwan/testkit/services";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { appText, end, llm, start } from "../support/app-text.ts";
import { clusterServices, hasClusterServices, startCluster, type TestCluster } from "../support/cluster.ts";
import { eventNames, type Frame, readFrames, textOf } from "../support/event-stream.ts";
import type { V1Client } from "../support/v1-client.ts";

const text = "The primary goes away while this is being said, and nobody who listens loses a word of it.";

const app = appText(
  "workflow",
  [start(), llm("ask", "go"), end("end", { text: ["ask", "text"] })],
  ["start>ask", "ask>end"],
);

/** One run, streamed and in one piece: through api, queue, worker and live events. */
async function runsThrough(cluster: TestCluster): Promise<void> {
  const { v1 } = await cluster.publish(app);
  cluster.model.script({ text: words(text), pieceMs: 5 });
  const frames = await v1.frames("/workflows/run", { inputs: {}, user: "u" });
  expect(eventNames(frames).at(-1)).toBe("workflow_finished");
  expect(textOf(frames)).toBe(text);
  expect(await v1.post("/workflows/run", { inputs: {}, user: "u", response_mode: "blocking" })).toMatchObject({
    data: { status: "succeeded", outputs: { text } },
  });
}

/**
 * Reads a run to its end, coming back after the last frame whenever the stream is cut.
 *
 * @param sixth  Called when the sixth frame has come.
 */
async function readThrough(v1: V1Client, sixth: () => void): Promise<Frame[]> {
  const frames: Frame[] = [];
  let response = await v1.stream("/workflows/run", { inputs: {}, user: "u" }, { "x-stream-ids": "1" });
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      for await (const frame of readFrames(response)) {
        if (frame.id === undefined) continue;
        frames.push(frame);
        if (frames.length === 6) sixth();
        if (frame.data["event"] === "workflow_finished") return frames;
      }
    } catch {
      // Cut in the middle; what came whole counts.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    const last = { "last-event-id": `${frames.at(-1)!.id}` };
    response = await v1.send("GET", `/workflow/${frames[0]!.data["task_id"]}/events?user=u`, undefined, last);
  }
  throw new Error("The run has no end.");
}

describe.skipIf(!hasClusterServices)("a cluster (needs DIWAN_TEST_POSTGRES_URL and DIWAN_TEST_REDIS_URL)", () => {
  it("reaches its servers by host, port, user and a password from a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "diwan-secrets-"));
    const secret = (name: string, value: string) => {
      const path = join(folder, name);
      writeFileSync(path, `${value}\n`);
      return path;
    };
    const redis = new URL(clusterServices.redis!);
    const postgres = new URL(clusterServices.postgres!);
    await using cluster = await startCluster(4, ({ database }) => ({
      DATABASE_URL: "",
      DB_HOST: postgres.hostname,
      DB_PORT: postgres.port,
      DB_USERNAME: postgres.username,
      DB_PASSWORD_FILE: secret("postgres", decodeURIComponent(postgres.password)),
      DB_DATABASE: database,
      REDIS_URL: "",
      REDIS_HOST: redis.hostname,
      REDIS_PORT: redis.port,
      REDIS_PASSWORD_FILE: secret("redis", decodeURIComponent(redis.password)),
      REDIS_DB: "4",
    }));
    await runsThrough(cluster);
    // This one keeps nothing on disk: no reason not to start, but one to say so.
    const warning = "Redis writes no append-only file: set `appendonly yes`.";
    expect(await (await fetch(`${cluster.url}/readyz`)).json()).toEqual({ status: "ready", warnings: [warning] });
    expect(cluster.output()).toContain(`"component":"worker","msg":"${warning}"`);
  });

  it("opens no more connections to Postgres than each process may", async () => {
    let database = "";
    await using cluster = await startCluster(4, (own) => {
      database = own.database;
      return { DIWAN_POSTGRES_MAX_CONNECTIONS: "2" };
    });
    const { v1 } = await cluster.publish(app);
    cluster.model.script({ text: ["done"] });
    const admin = new pg.Client({ connectionString: clusterServices.postgres });
    await admin.connect();
    try {
      const call = { inputs: {}, user: "u", response_mode: "blocking" };
      let isOver = false;
      const runs = Promise.all(Array.from({ length: 40 }, () => v1.post("/workflows/run", call))).finally(() => {
        isOver = true;
      });
      const counts: number[] = [];
      while (!isOver) {
        const text = "select count(*)::int as count from pg_stat_activity where datname = $1";
        counts.push((await admin.query<{ count: number }>(text, [database])).rows[0]!.count);
        await sleep(10);
      }
      for (const run of await runs) expect(run).toMatchObject({ data: { status: "succeeded" } });
      expect(Math.max(...counts)).toBe(4);
    } finally {
      await admin.end();
    }
  });

  describe.skipIf(redisServers.missing)(`over Redis servers of its own${redisServers.reason}`, () => {
    it("runs over TLS, with a user, and only where it knows the server's authority", async () => {
      await using redis = await startTlsRedis();
      await using cluster = await startCluster(0, () => redis.settings);
      await runsThrough(cluster);
      expect(await (await fetch(`${cluster.url}/readyz`)).json()).toEqual({ status: "ready" });
      const stranger = cluster.start("worker", { REDIS_SSL_CA_CERTS: "" });
      expect(await new Promise((resolve) => stranger.once("exit", resolve))).toBe(1);
      const reason = /^Redis cannot be reached \((.+)\)\.$/m;
      await expect.poll(() => reason.exec(cluster.output())?.[1]).toContain("self-signed certificate");
    });

    it("goes on when the primary of its Sentinels dies in the middle of a streamed run", async () => {
      await using redis = await startSentinelRedis();
      await using cluster = await startCluster(0, () => ({ ...redis.settings, REDIS_URL: "" }));
      await runsThrough(cluster);
      const { v1 } = await cluster.publish(app);
      cluster.model.script({ text: words(text), pieceMs: 400 });
      const killed = Promise.withResolvers<void>();
      const kill = () => redis.killPrimary().then(killed.resolve, killed.reject);
      const frames = await readThrough(v1, kill);
      await killed.promise;
      expect(frames.map(({ id }) => id)).toEqual([...new Set(frames.map(({ id }) => id))]);
      expect(textOf(frames)).toBe(text);
      expect(frames.at(-1)!.data).toMatchObject({ data: { status: "succeeded", outputs: { text } } });
      // The new primary takes jobs, events and signals as the old one did.
      await runsThrough(cluster);
    });
  });
});
