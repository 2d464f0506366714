import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start } from "../support/app-text.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

const app = appText(
  "workflow",
  [start(), llm("ask", "go"), end("end", { text: ["ask", "text"] })],
  ["start>ask", "ask>end"],
);

const http = (url: string) => ({
  id: "call",
  type: "http-request",
  method: "get",
  url,
  authorization: { type: "no-auth" },
  headers: "",
  params: "",
  body: { type: "none", data: [] },
  timeout: {},
});

async function figuresOf({ url }: TestInstallation): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

describe("an installation of two places whose queue holds three", () => {
  let installation: TestInstallation;
  let published: PublishedApp;
  beforeAll(async () => {
    installation = await startInstallation({
      settings: {
        DIWAN_WORKER_CONCURRENCY: "2",
        DIWAN_MAX_QUEUED_RUNS: "3",
        DIWAN_RUN_SOFT_SECONDS: "4",
        DIWAN_EGRESS_ALLOW_PRIVATE: "127.0.0.0/8",
      },
    });
    published = await installation.publish(app);
  });
  afterAll(() => installation[Symbol.asyncDispose]());

  const run = (mode: string) =>
    published.v1.send("POST", "/workflows/run", { inputs: {}, user: "u", response_mode: mode });

  it("refuses further runs while it is full, says when to come back, and takes them then", async () => {
    installation.model.script({ hang: true });
    const taken: Response[] = [];
    for (let count = 0; count < 5; count += 1) taken.push(await run("streaming"));
    expect(taken.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);

    const refused = await run("blocking");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await refused.json()).toMatchObject({ code: "too_many_requests", status: 429 });
    const inConsole = await installation.console.send("POST", `/apps/${published.appId}/runs`, { inputs: {} });
    expect(inConsole.status).toBe(503);
    expect(inConsole.headers.get("retry-after")).toBe("5");
    expect(await inConsole.json()).toMatchObject({ code: "run.queue-full" });

    const figures = await figuresOf(installation);
    const depths = ["waiting", "delayed", "active"].map((state) =>
      figures.get(`diwan_queue_depth{queue="runs-interactive",state="${state}"}`),
    );
    // The two at work found a place without a job.
    expect(depths[0]! + depths[1]! + depths[2]!).toBe(3);
    expect(figures.get('celery_queue_length{queue_name="runs-interactive"}')).toBe(3);
    expect(figures.get('celery_queue_length{queue_name="runs-background"}')).toBe(0);
    expect(figures.get('celery_queue_length{queue_name="celery"}')).toBe(3);
    const oldest = figures.get('diwan_queue_oldest_age_seconds{queue="runs-interactive",state="waiting"}');
    expect(oldest).toBeGreaterThan(0);
    expect(oldest).toBeLessThan(4);
    expect(figures.get('diwan_queue_oldest_age_seconds{queue="runs-background",state="waiting"}')).toBe(0);
    expect(figures.get("diwan_run_heartbeat_age_seconds_max")).toBeLessThan(6);

    // Those at work are ended by their soft limit; the model answers the others.
    installation.model.script({ text: ["done"] });
    const texts = await Promise.all(taken.map((response) => response.text()));
    expect(texts.filter((text) => text.includes("Maximum execution time exceeded"))).toHaveLength(2);
    await expect.poll(async () => (await run("blocking")).status, { timeout: 5_000, interval: 200 }).toBe(200);
    const after = await figuresOf(installation);
    expect(after.get('diwan_job_timeouts_total{kind="soft"}')).toBe(2);
    expect(after.get('diwan_run_queue_wait_seconds_count{queue="runs-interactive"}')).toBeGreaterThanOrEqual(6);
    expect(after.get('diwan_run_queue_wait_seconds_bucket{le="1",queue="runs-interactive"}')).toBeLessThan(
      after.get('diwan_run_queue_wait_seconds_count{queue="runs-interactive"}')!,
    );
  });

  it("counts HTTP steps by how they end", async () => {
    const calls = async (url: string) => {
      const { v1 } = await installation.publish(
        appText(
          "workflow",
          [start(), http(url), end("end", { s: ["call", "status_code"] })],
          ["start>call", "call>end"],
        ),
      );
      await v1.post("/workflows/run", { inputs: {}, user: "u", response_mode: "blocking" });
    };
    await calls(`${installation.model.url}/models`);
    await calls("http://169.254.169.254/latest");
    const figures = await figuresOf(installation);
    expect(figures.get('diwan_http_node_executions_total{outcome="succeeded"}')).toBe(1);
    expect(figures.get('diwan_http_node_executions_total{outcome="failed"}')).toBe(1);
  });
});

it("counts a run that its hard limit ended, with its steps still at work", async () => {
  await using installation = await startInstallation({
    settings: { DIWAN_RUN_SOFT_SECONDS: "60", DIWAN_RUN_HARD_SECONDS: "0.3" },
  });
  const { v1 } = await installation.publish(app);
  installation.model.script({ hang: true });
  const ended = await v1.post("/workflows/run", { inputs: {}, user: "u", response_mode: "blocking" });
  expect(ended).toMatchObject({ data: { status: "failed" } });
  const figures = await figuresOf(installation);
  expect(figures.get('diwan_job_timeouts_total{kind="hard"}')).toBe(1);
  expect(figures.has('diwan_job_timeouts_total{kind="soft"}')).toBe(false);
});
