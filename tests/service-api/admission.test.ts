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
    expect(depths).toEqual([3, 0, 2]);
    expect(figures.get('celery_queue_length{queue_name="runs-interactive"}')).toBe(5);
    expect(figures.get('celery_queue_length{queue_name="runs-background"}')).toBe(0);
    expect(figures.get('celery_queue_length{queue_name="celery"}')).toBe(5);
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

describe("an installation whose apps may have two runs at a time", () => {
  let installation: TestInstallation;
  beforeAll(async () => {
    installation = await startInstallation({
      settings: {
        APP_MAX_ACTIVE_REQUESTS: "5",
        APP_DEFAULT_ACTIVE_REQUESTS: "2",
        DIWAN_REQUEST_MAX_BYTES: "20000",
        DIWAN_RUN_HARD_MAX_SECONDS: "3",
        DIWAN_RUN_SOFT_SECONDS: "2.5",
        DIWAN_RUN_HARD_SECONDS: "3",
      },
    });
  });
  afterAll(() => installation[Symbol.asyncDispose]());

  const call = { inputs: {}, user: "u", response_mode: "streaming" };

  it("refuses an app's third run before any stream opens, and takes it when one has ended", async () => {
    const [one, other] = [await installation.publish(app), await installation.publish(app)];
    installation.model.script({ hang: true });
    const taken = [
      await one.v1.send("POST", "/workflows/run", call),
      await one.v1.send("POST", "/workflows/run", call),
    ];
    const refused = await one.v1.send("POST", "/workflows/run", call);
    expect([...taken, refused].map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(refused.headers.get("content-type")).toMatch(/json/);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toEqual({
      code: "too_many_requests",
      message:
        "This app has 2 runs waiting or at work, the most that APP_MAX_ACTIVE_REQUESTS allows. Try again when one has ended.",
      status: 429,
    });
    const inConsole = await installation.console.send("POST", `/apps/${one.appId}/runs`, { inputs: {} });
    expect(inConsole.status).toBe(429);
    expect(await inConsole.json()).toMatchObject({ code: "run.app-busy" });
    const elsewhere = await other.v1.send("POST", "/workflows/run", call);
    expect(elsewhere.status).toBe(200);

    installation.model.script({ text: ["done"] });
    for (const { headers } of [...taken, elsewhere]) expect(headers.get("content-type")).toMatch(/event-stream/);
    await Promise.all([...taken, elsewhere].map((response) => response.text()));
    for (let count = 0; count < 5; count += 1) {
      expect(await one.v1.post("/workflows/run", { ...call, response_mode: "blocking" })).toMatchObject({
        data: { status: "succeeded" },
      });
    }
  });

  it("refuses a request that is too large, and says the limit", async () => {
    const { v1 } = await installation.publish(app);
    const inputs = { text: "x".repeat(20_000) };
    const refused = await v1.send("POST", "/workflows/run", { ...call, inputs });
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({
      message: "The request is larger than 20000 bytes, the limit DIWAN_REQUEST_MAX_BYTES.",
    });
  });

  it("ends an app's runs by its own limits, and tells its deadline", async () => {
    installation.model.script({ hang: true });
    const limited = JSON.stringify({
      ...JSON.parse(app),
      diwan: { version: 1, limits: { soft_seconds: 0.4, hard_seconds: 2 } },
    });
    const { v1, appId } = await installation.publish(limited);
    const begun = await installation.console.call<{ run_id: string }>("POST", `/apps/${appId}/runs`, { inputs: {} });
    const owner = await installation.console.call<{ deadline_at: string; last_sign_of_life_at: string }>(
      "GET",
      `/runs/${begun.run_id}/owner`,
    );
    const untilDeadline = Date.parse(owner.deadline_at) - Date.parse(owner.last_sign_of_life_at);
    expect(untilDeadline).toBeGreaterThan(1_000);
    expect(untilDeadline).toBeLessThanOrEqual(2_000);
    const ended = await v1.post("/workflows/run", { ...call, response_mode: "blocking" });
    expect(ended).toMatchObject({
      data: { status: "failed", error: expect.stringMatching(/Maximum execution time exceeded: 0\.[45]\d*s > 0\.4s/) },
    });
  });

  it("gives an app no more time than the installation allows", async () => {
    installation.model.script({ hang: true });
    const greedy = JSON.stringify({
      ...JSON.parse(app),
      diwan: { version: 1, limits: { soft_seconds: 100, hard_seconds: 200 } },
    });
    const { v1 } = await installation.publish(greedy);
    const ended = await v1.post("/workflows/run", { ...call, response_mode: "blocking" });
    expect(ended).toMatchObject({ data: { status: "failed", error: expect.stringMatching(/> 3s/) } });
  });

  it("does not publish an app whose limits are none", async () => {
    const wrong = JSON.stringify({ ...JSON.parse(app), diwan: { version: 1, limits: { steps: "many" } } });
    const { workspaceId } = installation.console;
    const imported = await installation.console.call<{ app_id: string }>("POST", `/workspaces/${workspaceId}/imports`, {
      content: wrong,
    });
    const refused = await installation.console.send("POST", `/apps/${imported.app_id}/publish`);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      message: expect.stringContaining("The app's limit steps has to be a whole number above 0"),
    });
  });
});

it("gives a run up that no worker takes while its caller waits, says why, and leaves others waiting", async () => {
  await using installation = await startInstallation({
    settings: { DIWAN_WORKER_CONCURRENCY: "2", DIWAN_BLOCKING_QUEUE_DEADLINE_SECONDS: "1" },
  });
  const { v1, appId } = await installation.publish(app);
  installation.model.script({ hang: true });
  const start = () => installation.console.call<{ run_id: string }>("POST", `/apps/${appId}/runs`, { inputs: {} });
  const [, , waiting] = [await start(), await start(), await start()];
  const gaveUp = await v1.post("/workflows/run", { inputs: {}, user: "u", response_mode: "blocking" });
  expect(gaveUp).toMatchObject({
    data: {
      status: "failed",
      error: "No worker took this run within 1 seconds: all were busy with runs before it.",
    },
  });
  expect(await installation.console.call("GET", `/runs/${waiting!.run_id}`)).toMatchObject({ status: "queued" });
});

describe("a chat whose time is over", () => {
  const chat = appText(
    "advanced-chat",
    [start(), llm("ask", "{{#sys.query#}}"), { id: "say", type: "answer", answer: "{{#ask.text#}}" }],
    ["start>ask", "ask>say"],
  );

  it("keeps the answer so far, and its stream ends as after a stop", async () => {
    await using installation = await startInstallation({ settings: { DIWAN_RUN_SOFT_SECONDS: "0.6" } });
    const { v1 } = await installation.publish(chat);
    installation.model.script({ text: ["So ", "far ", "and ", "further"], pieceMs: 250 });
    const frames = await v1.frames("/chat-messages", { inputs: {}, user: "u", query: "hi" });
    const names = frames.map(({ data }) => data["event"]);
    expect(names).toContain("message_end");
    expect(names).not.toContain("error");
    expect(frames.at(-1)!.data).toMatchObject({
      event: "workflow_finished",
      data: { status: "failed", error: expect.stringContaining("> 0.6s") },
    });
    const whole = await v1.post("/chat-messages", { inputs: {}, user: "u", query: "hi", response_mode: "blocking" });
    expect(whole).toMatchObject({ event: "message", answer: expect.stringMatching(/^So far/) });
  });
});
