import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { words } from "@diwan/testkit";
import { freePort } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start } from "../support/app-text.ts";
import { hasClusterServices, startCluster, type TestCluster } from "../support/cluster.ts";
import { allFrames, type Frame, readFrames, textOf } from "../support/event-stream.ts";
import type { PublishedApp } from "../support/installation.ts";
import { V1Client } from "../support/v1-client.ts";

const text = "one two three four five six seven eight nine ten";

const app = appText(
  "workflow",
  [start(), llm("ask", "go"), end("end", { text: ["ask", "text"] })],
  ["start>ask", "ask>end"],
);

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", resolve));
}

describe.skipIf(!hasClusterServices)("processes that are told to stop (needs Postgres and Redis)", () => {
  let cluster: TestCluster;
  let published: PublishedApp;

  beforeAll(async () => {
    cluster = await startCluster(5, { DIWAN_WORKER_DRAIN_SECONDS: "0.3", DIWAN_SHUTDOWN_DELAY_SECONDS: "0.5" });
    published = await cluster.publish(app);
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  const statusAt = (port: number, path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      (response) => response.status,
      () => 0,
    );

  /** A further process that listens, at its own port. */
  async function started(service: "api" | "worker", settings: Record<string, string> = {}) {
    const port = await freePort();
    const child = cluster.start(service, { API_PORT: String(port), WORKER_PORT: String(port), ...settings });
    await expect.poll(() => statusAt(port, "/readyz"), { timeout: 20_000, interval: 50 }).toBe(200);
    return { child, port, v1: new V1Client(`http://127.0.0.1:${port}`, published.key) };
  }

  it("hands a run to another worker within two seconds, and tells who has it", async () => {
    // Long enough for another worker to start meanwhile; that one is answered quickly.
    cluster.model.script({ text: words(text), pieceMs: 1_500 });
    const asked = cluster.model.requests.length;
    const stream = await published.v1.stream("/workflows/run", { inputs: {}, user: "u" }, { "x-stream-ids": "1" });
    const frames: Frame[] = [];
    const reading = (async () => {
      for await (const frame of readFrames(stream)) frames.push(frame);
    })();
    await expect.poll(() => cluster.model.requests.length, { timeout: 10_000 }).toBe(asked + 1);
    cluster.model.script({ text: words(text), pieceMs: 30 });
    const other = await started("worker");
    const runId = String(frames[0]!.data["task_id"]);
    const before = await cluster.console.call<Record<string, string>>("GET", `/runs/${runId}/owner`);
    expect(before).toMatchObject({ status: "running", attempt: 1 });
    expect(cluster.output()).toContain(`"owner":"${before["worker"]}"`);
    const [seen, check, deadline] = ["last_sign_of_life_at", "next_check_at", "deadline_at"].map((name) =>
      Date.parse(before[name]!),
    );
    expect(check! - seen!).toBe(20_000);
    expect(deadline! - seen!).toBeGreaterThan(590_000);

    cluster.worker.kill("SIGTERM");
    const toldAt = performance.now();
    await expect.poll(() => cluster.model.requests.length, { timeout: 10_000, interval: 10 }).toBe(asked + 2);
    // Of these, the 300 ms that the worker had for its runs to end.
    const tookMs = performance.now() - toldAt - 300;
    expect(tookMs).toBeLessThan(2_000);
    const after = await cluster.console.call<Record<string, string>>("GET", `/runs/${runId}/owner`);
    expect(after["attempt"]).toBe(2);
    expect(after["worker"]).not.toBe(before["worker"]);
    expect(await exitOf(cluster.worker)).toBe(0);
    await reading;
    expect(textOf(frames)).toBe(text);
    const ended = await cluster.console.call("GET", `/runs/${runId}/owner`);
    expect(ended).toMatchObject({ status: "succeeded", worker: null, next_check_at: null, deadline_at: null });

    const figures = await (await fetch(`http://127.0.0.1:${other.port}/metrics`)).text();
    expect(figures).toMatch(/^diwan_run_takeovers_total\{cause="handed-over"\} 1$/m);
    expect(figures).not.toMatch(/^diwan_run_takeovers_total\{cause="lease-expired"\}/m);
    console.info(`A run went on ${Math.round(tookMs)} ms after its worker let go of it.`);
  });

  it("a worker and an api end although Redis is away", async () => {
    const port = await freePort();
    const redis = spawn("redis-server", [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--dir",
      tmpdir(),
    ]);
    const settings = { REDIS_URL: `redis://127.0.0.1:${port}/0` };
    const leaving = [await started("worker", settings), await started("api", settings)];
    redis.kill("SIGKILL");
    await exitOf(redis);
    for (const { child } of leaving) child.kill("SIGTERM");
    expect(await Promise.all(leaving.map(({ child }) => exitOf(child)))).toEqual([0, 0]);
  });

  it("a worker answers for its health until its runs have ended, and takes no more of them", async () => {
    const leaving = await started("worker", { DIWAN_WORKER_DRAIN_SECONDS: "30" });
    cluster.model.script({ text: words(text), pieceMs: 150 });
    // As many as both workers have, so that this one surely has some.
    const asked = cluster.model.requests.length;
    const ends = Array.from({ length: 6 }, () =>
      published.v1.post("/workflows/run", { inputs: {}, user: "u", response_mode: "blocking" }),
    );
    await expect.poll(() => cluster.model.requests.length, { timeout: 10_000 }).toBe(asked + 6);
    leaving.child.kill("SIGTERM");
    await expect.poll(() => statusAt(leaving.port, "/readyz")).toBe(503);
    expect(await statusAt(leaving.port, "/healthz")).toBe(200);
    for (const ended of await Promise.all(ends)) expect(ended).toMatchObject({ data: { status: "succeeded" } });
    // None was begun a second time: each ended where it was.
    expect(cluster.model.requests.length).toBe(asked + 6);
    expect(await exitOf(leaving.child)).toBe(0);
  });

  it("an api turns unready, answers on for a moment, lets no one else in and sees its streams to their end", async () => {
    const leaving = await started("api", { DIWAN_STREAM_DRAIN_SECONDS: "30" });
    cluster.model.script({ text: words(text), pieceMs: 250 });
    const stream = await leaving.v1.stream("/workflows/run", { inputs: {}, user: "u" });
    const blocking = leaving.v1.post("/workflows/run", { inputs: {}, user: "u", response_mode: "blocking" });
    leaving.child.kill("SIGTERM");
    await expect.poll(() => statusAt(leaving.port, "/readyz"), { interval: 10 }).toBe(503);
    expect(await statusAt(leaving.port, "/healthz")).toBe(200);
    await expect.poll(() => statusAt(leaving.port, "/healthz"), { timeout: 3_000 }).toBe(0);
    expect(leaving.child.exitCode).toBe(null);
    const frames = await allFrames(stream);
    expect(textOf(frames)).toBe(text);
    expect(frames.at(-1)!.data).toMatchObject({ event: "workflow_finished" });
    expect(await blocking).toMatchObject({ data: { status: "succeeded" } });
    expect(await exitOf(leaving.child)).toBe(0);
  });

  it("an api cuts longer streams between two frames, and their readers go on elsewhere with what they lack", async () => {
    const leaving = await started("api", { DIWAN_STREAM_DRAIN_SECONDS: "0.5" });
    cluster.model.script({ text: words(text), pieceMs: 400 });
    const withIds = { "x-stream-ids": "1" };
    const stream = await leaving.v1.stream("/workflows/run", { inputs: {}, user: "u" }, withIds);
    const blocking = leaving.v1.post("/workflows/run", { inputs: {}, user: "u", response_mode: "blocking" });
    leaving.child.kill("SIGTERM");
    // Reading throws where a stream ends inside a frame.
    const before = await allFrames(stream);
    expect(before.map(({ data }) => data["event"])).not.toContain("workflow_finished");
    expect(before.every(({ text }) => !text.startsWith("retry:"))).toBe(true);
    expect(await blocking).toMatchObject({ status: 500, code: "internal_server_error" });
    expect(await exitOf(leaving.child)).toBe(0);
    const path = `/workflow/${before[0]!.data["task_id"]}/events?user=u`;
    const last = { "last-event-id": String(before.at(-1)!.id) };
    const rest = await allFrames(await published.v1.send("GET", path, undefined, last));
    const ids = [...before, ...rest].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    expect(textOf([...before, ...rest])).toBe(text);
    expect(rest.at(-1)!.data).toMatchObject({ event: "workflow_finished" });
  });

  it.each(["api", "worker"] as const)("a second signal ends the %s at once", async (service) => {
    const patient = { DIWAN_SHUTDOWN_DELAY_SECONDS: "30", DIWAN_WORKER_DRAIN_SECONDS: "30" };
    const leaving = await started(service, patient);
    cluster.model.script({ text: words(text), pieceMs: 500 });
    const asked = cluster.model.requests.length;
    const left = Array.from({ length: 4 }, () =>
      published.v1.post("/workflows/run", { inputs: {}, user: "u", response_mode: "blocking" }).catch(() => {}),
    );
    await expect.poll(() => cluster.model.requests.length, { timeout: 10_000 }).toBe(asked + left.length);
    leaving.child.kill("SIGTERM");
    await expect.poll(() => statusAt(leaving.port, "/readyz")).toBe(503);
    const toldAt = performance.now();
    leaving.child.kill("SIGTERM");
    expect(await exitOf(leaving.child)).toBe(1);
    expect(performance.now() - toldAt).toBeLessThan(500);
  });
});
