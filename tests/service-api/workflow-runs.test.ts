import { words } from "@diwan/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, ifElse, llm, start, template, text } from "../support/app-text.ts";
import { allFrames, eventNames, readFrames, textOf } from "../support/event-stream.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

type Json = Record<string, unknown>;

let installation: TestInstallation;
let app: PublishedApp;
let forked: PublishedApp;
/** Begun at once, because its ping takes ten seconds to come. */
let longStream: Promise<string>;

/** Eleven seconds of text. */
const elevenSeconds = { text: Array.from({ length: 23 }, (_, place) => `${place} `), pieceMs: 480 };
const slowly = { text: Array.from({ length: 100 }, () => "word "), pieceMs: 50 };

beforeAll(async () => {
  installation = await startInstallation();
  installation.model.script(({ body }) => {
    const asked = JSON.stringify(body);
    if (asked.includes("in Long")) return elevenSeconds;
    return asked.includes("in Slow") ? slowly : { text: words("Sunny all day."), usage: { prompt: 11, completion: 3 } };
  });
  app = await installation.publish(weather);
  forked = await installation.publish(fork);
  longStream = app.v1
    .stream("/workflows/run", { user: "patient", inputs: { city: "Long" } })
    .then((response) => response.text());
});
afterAll(async () => {
  await longStream;
  await installation[Symbol.asyncDispose]();
});

const weather = appText(
  "workflow",
  [
    start([text("city", { required: true, max_length: 10 }), { variable: "days", type: "number", label: "Days" }]),
    llm("ask", "Weather in {{#start.city#}} for {{#start.days#}} days"),
    end("end", { forecast: ["ask", "text"], days: ["start", "days"] }),
  ],
  ["start>ask", "ask>end"],
);

const fork = appText(
  "workflow",
  [
    start([text("n")]),
    ifElse("fork", ["start", "n"], "is", "1"),
    template("broken", "{{ 1/0 }}"),
    end("end", { chosen: ["fork", "selected_case_id"] }),
  ],
  ["start>fork", "fork:yes>broken", "fork:false>end"],
);

const body = (change: Json = {}) => ({ user: "ada", inputs: { city: "Doha", days: 2 }, ...change });

describe("POST /workflows/run, blocking", () => {
  it("answers with the run's end, and exactly these keys", async () => {
    const response = await app.v1.send("POST", "/workflows/run", body());
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    const reply = (await response.json()) as { task_id: string; workflow_run_id: string; data: Json };
    expect(Object.keys(reply).sort()).toEqual(["data", "task_id", "workflow_run_id"]);
    expect(reply.data).toEqual({
      id: reply.workflow_run_id,
      workflow_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "succeeded",
      outputs: { forecast: "Sunny all day.", days: 2 },
      error: null,
      elapsed_time: expect.any(Number),
      total_tokens: 14,
      total_steps: 3,
      created_at: expect.any(Number),
      finished_at: expect.any(Number),
    });
    expect(reply.data["created_at"]).toBeCloseTo(Date.now() / 1000, -2);
    expect(Number.isInteger(reply.data["created_at"])).toBe(true);
  });

  it("keeps a whole number whole and a float a float", async () => {
    const response = await fetch(`${installation.url}/v1/workflows/run`, {
      method: "POST",
      headers: { authorization: `Bearer ${app.key}`, "content-type": "application/json; charset=utf-8" },
      body: '{"user": "ada", "inputs": {"city": "Doha", "days": 2.0}, "response_mode": "blocking"}',
    });
    expect(await response.text()).toContain('"days":2.0');
    expect(JSON.stringify(installation.model.requests.at(-1)!.body)).toContain("for 2.0 days");
  });

  it("blocks when no mode is named, ignores what it does not know, and takes null for what may be left out", async () => {
    const reply = await app.v1.post("/workflows/run?unknown=1", {
      ...body({ response_mode: null, files: null, trace_session_id: "t", whatever: [1] }),
      inputs: { city: "Doha", days: "", undeclared: { a: 1 } },
    });
    expect(reply["data"]).toMatchObject({ status: "succeeded", outputs: { days: null } });
  });

  it("answers 200 with status failed for a run that fails, naming the cause", async () => {
    const response = await forked.v1.send("POST", "/workflows/run", { user: "ada", inputs: { n: "1" } });
    expect(response.status).toBe(200);
    const { data } = (await response.json()) as { data: Json };
    expect(data).toMatchObject({ status: "failed", error: expect.stringContaining("divided by zero") });
  });

  it("goes on when the caller hangs up", async () => {
    const abort = new AbortController();
    const gone = fetch(`${installation.url}/v1/workflows/run`, {
      method: "POST",
      headers: { authorization: `Bearer ${app.key}`, "content-type": "application/json" },
      body: JSON.stringify({ user: "gone", inputs: { city: "Slow" } }),
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 300);
    await expect(gone).rejects.toThrow();
    expect(await lastRun()).toMatchObject({ status: "running" });
    await expect.poll(lastRun, { timeout: 15_000, interval: 200 }).toMatchObject({ status: "succeeded" });
  });
});

describe("POST /workflows/run, streaming", () => {
  it("sends the events in order, each in an envelope that never changes", async () => {
    const response = await app.v1.stream("/workflows/run", body());
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(response.headers.get("cache-control")).toBe("no-cache");
    const frames = await allFrames(response);
    expect(eventNames(frames)).toEqual([
      "workflow_started",
      "node_started",
      "node_finished",
      "node_started",
      "text_chunk",
      "node_finished",
      "node_started",
      "node_finished",
      "workflow_finished",
    ]);
    const [first] = frames;
    for (const { data, text: frame } of frames) {
      expect(Object.keys(data).sort()).toEqual(["data", "event", "task_id", "workflow_run_id"]);
      expect(data["task_id"]).toBe(first!.data["task_id"]);
      expect(data["workflow_run_id"]).toBe(first!.data["workflow_run_id"]);
      // One line of JSON, the event's name inside it, no id and no event line.
      expect(frame).toBe(`data: ${frame.slice(6)}`);
      expect(frame).not.toContain("\n");
    }
    expect(textOf(frames)).toBe("Sunny all day.\n2");
  });

  it("gives each event exactly its keys", async () => {
    const frames = await app.v1.frames("/workflows/run", body());
    const keysOf = (name: string) =>
      Object.keys(frames.find(({ data }) => data["event"] === name)!.data["data"] as Json).sort();
    expect(keysOf("workflow_started")).toEqual(["created_at", "id", "inputs", "reason", "workflow_id"]);
    expect(keysOf("node_started")).toEqual(nodeStartedKeys);
    expect(keysOf("node_finished")).toEqual(nodeFinishedKeys);
    expect(keysOf("text_chunk")).toEqual(["from_variable_selector", "text"]);
    expect(keysOf("workflow_finished")).toEqual(workflowFinishedKeys);
  });

  it("tells inputs with system variables, steps with what went in and out, and who started it", async () => {
    const frames = await app.v1.frames("/workflows/run", body());
    const datas = frames.map(({ data }) => [data["event"], data["data"] as Json] as const);
    const runId = frames[0]!.data["workflow_run_id"];
    expect(datas[0]![1]).toEqual({
      id: runId,
      workflow_id: expect.any(String),
      reason: "initial",
      created_at: expect.any(Number),
      inputs: {
        city: "Doha",
        days: 2,
        "sys.files": [],
        "sys.user_id": "ada",
        "sys.app_id": app.appId,
        "sys.workflow_id": expect.any(String),
        "sys.workflow_run_id": runId,
        "sys.timestamp": expect.any(Number),
      },
    });
    const asked = datas.find(([event, data]) => event === "node_finished" && data["node_id"] === "ask")![1];
    expect(asked).toMatchObject({
      node_type: "llm",
      index: 2,
      status: "succeeded",
      error: null,
      predecessor_node_id: null,
      inputs_truncated: false,
      outputs: { text: "Sunny all day.", finish_reason: "stop", reasoning_content: "" },
      execution_metadata: { total_tokens: 14, currency: "USD" },
      files: [],
      iteration_id: null,
      loop_id: null,
    });
    expect(datas.at(-1)![1]).toMatchObject({
      id: runId,
      status: "succeeded",
      outputs: { forecast: "Sunny all day.", days: 2 },
      total_tokens: 14,
      total_steps: 3,
      exceptions_count: 0,
      created_by: { id: expect.any(String), user: "ada" },
      files: [],
    });
    expect(datas.filter(([event]) => event === "workflow_finished")).toHaveLength(1);
  });

  it("ends a failed run with workflow_finished, and with no error event", async () => {
    const frames = await forked.v1.frames("/workflows/run", { user: "ada", inputs: { n: "1" } });
    expect(eventNames(frames).slice(-3)).toEqual(["node_started", "node_finished", "workflow_finished"]);
    expect(frames.at(-2)!.data["data"]).toMatchObject({ node_id: "broken", status: "failed", outputs: {} });
    expect(frames.at(-1)!.data["data"]).toMatchObject({ status: "failed", error: expect.stringContaining("zero") });
  });

  it("begins before the first token", async () => {
    const askedAt = performance.now();
    const response = await app.v1.stream("/workflows/run", { user: "ada", inputs: { city: "Slow" } });
    for await (const { data } of readFrames(response)) {
      expect(data["event"]).toBe("workflow_started");
      // Details and stop work from the first event on.
      const found = await app.v1.get(`/workflows/run/${data["workflow_run_id"]}`);
      expect(found).toMatchObject({ status: "running", outputs: {}, finished_at: null });
      expect(performance.now() - askedAt).toBeLessThan(3_000);
      await app.v1.post(`/workflows/tasks/${data["task_id"]}/stop`, { user: "ada" });
      break;
    }
  });

  it("pings every ten seconds with a frame that has no data", async () => {
    const stream = await longStream;
    expect(stream.split("\n\n").filter((frame) => frame === "event: ping")).toHaveLength(1);
    expect(stream).not.toContain("[DONE]");
    expect(stream.endsWith("}\n\n")).toBe(true);
  });
});

describe("POST /workflows/{workflow_id}/run", () => {
  it("runs a version that was live once, after another one has taken its place", async () => {
    const two = await installation.publish(fork);
    const first = (await two.v1.post("/workflows/run", { user: "ada", inputs: { n: "2" } }))["data"] as Json;
    await installation.console.call("POST", `/apps/${two.appId}/publish`);
    const second = (await two.v1.post("/workflows/run", { user: "ada", inputs: { n: "2" } }))["data"] as Json;
    expect(second["workflow_id"]).not.toBe(first["workflow_id"]);
    const again = await two.v1.post(`/workflows/${first["workflow_id"]}/run`, { user: "ada", inputs: { n: "2" } });
    expect(again["data"]).toMatchObject({ workflow_id: first["workflow_id"], outputs: { chosen: "false" } });
  });

  it("tells a malformed id, an unknown one and another app's apart from a run", async () => {
    const run = (id: string) => forked.v1.send("POST", `/workflows/${id}/run`, { user: "ada", inputs: {} });
    const own = (await app.v1.post("/workflows/run", body()))["data"] as Json;
    const answers = await Promise.all([
      run("draft"),
      run("0198c0de-0000-7000-8000-000000000000"),
      run(String(own["workflow_id"])),
    ]);
    expect(await Promise.all(answers.map((response) => response.json()))).toMatchObject([
      { code: "bad_request", status: 400 },
      { code: "not_found", status: 404 },
      { code: "not_found", status: 404 },
    ]);
  });
});

describe("GET /workflows/run/{id}", () => {
  it("gives inputs as a JSON text and outputs as an object", async () => {
    const { workflow_run_id: id } = await app.v1.post("/workflows/run", body());
    const detail = await app.v1.get(`/workflows/run/${id}`);
    expect(detail).toEqual({
      id,
      workflow_id: expect.any(String),
      status: "succeeded",
      inputs: expect.any(String),
      outputs: { forecast: "Sunny all day.", days: 2 },
      error: null,
      total_steps: 3,
      total_tokens: 14,
      created_at: expect.any(Number),
      finished_at: expect.any(Number),
      elapsed_time: expect.any(Number),
    });
    expect(JSON.parse(String(detail["inputs"]))).toMatchObject({ city: "Doha", days: 2 });
  });

  it("does not find another app's run, nor what is no id", async () => {
    const { workflow_run_id: id } = await app.v1.post("/workflows/run", body());
    for (const wrong of [String(id), "nonsense", "0198c0de-0000-7000-8000-000000000000"]) {
      const response = await forked.v1.send("GET", `/workflows/run/${wrong}`);
      if (wrong === id) expect(await app.v1.get(`/workflows/run/${id}`)).toMatchObject({ id });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: "not_found", status: 404 });
    }
  });

  it("is final as soon as workflow_finished is there", async () => {
    for await (const { data } of readFrames(await app.v1.stream("/workflows/run", body()))) {
      if (data["event"] !== "workflow_finished") continue;
      expect(await app.v1.get(`/workflows/run/${data["workflow_run_id"]}`)).toMatchObject({ status: "succeeded" });
    }
  });
});

describe("POST /workflows/tasks/{task_id}/stop", () => {
  it.each(["/workflows/tasks/:id/stop", "/workflows/:id/stop"])(
    "by %s closes the stream with status stopped",
    async (path) => {
      const before = installation.model.aborted();
      const response = await app.v1.stream("/workflows/run", { user: "ada", inputs: { city: "Slow" } });
      const frames = [];
      let stoppedAt = 0;
      for await (const frame of readFrames(response)) {
        frames.push(frame);
        if (frame.data["event"] !== "text_chunk" || stoppedAt > 0) continue;
        stoppedAt = performance.now();
        // Whoever knows the task may stop it, whatever user they name.
        const answer = await app.v1.send("POST", path.replace(":id", String(frame.data["task_id"])), { user: "grace" });
        expect([answer.status, await answer.json()]).toEqual([200, { result: "success" }]);
      }
      expect(performance.now() - stoppedAt).toBeLessThan(3_000);
      expect(frames.at(-1)!.data).toMatchObject({ event: "workflow_finished", data: { status: "stopped" } });
      const detail = await app.v1.get(`/workflows/run/${frames[0]!.data["workflow_run_id"]}`);
      expect(detail).toMatchObject({ status: "stopped" });
      await expect.poll(() => installation.model.aborted()).toBe(before + 1);
    },
  );

  it("is no error for tasks that are over, unknown or nobody's", async () => {
    const { task_id: over } = await app.v1.post("/workflows/run", body());
    for (const task of [over, "unknown", "0198c0de-0000-7000-8000-000000000000"]) {
      const answer = await app.v1.send("POST", `/workflows/tasks/${task}/stop`, { user: "ada" });
      expect([answer.status, await answer.json()]).toEqual([200, { result: "success" }]);
    }
    expect(await app.v1.get(`/workflows/run/${over}`)).toMatchObject({ status: "succeeded" });
  });
});

it("has left no defect in the log", () => {
  expect(installation.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

async function lastRun(): Promise<Json> {
  const { data } = await installation.console.call<{ data: Json[] }>("GET", `/apps/${app.appId}/runs?limit=1`);
  return data[0]!;
}

const nodeStartedKeys = [
  "agent_strategy",
  "created_at",
  "extras",
  "id",
  "index",
  "inputs",
  "inputs_truncated",
  "iteration_id",
  "loop_id",
  "node_id",
  "node_type",
  "predecessor_node_id",
  "title",
];

const nodeFinishedKeys = [
  "created_at",
  "elapsed_time",
  "error",
  "execution_metadata",
  "files",
  "finished_at",
  "id",
  "index",
  "inputs",
  "inputs_truncated",
  "iteration_id",
  "loop_id",
  "node_id",
  "node_type",
  "outputs",
  "outputs_truncated",
  "predecessor_node_id",
  "process_data",
  "process_data_truncated",
  "status",
  "title",
];

const workflowFinishedKeys = [
  "created_at",
  "created_by",
  "elapsed_time",
  "error",
  "exceptions_count",
  "files",
  "finished_at",
  "id",
  "outputs",
  "status",
  "total_steps",
  "total_tokens",
  "workflow_id",
];
