import { startHttpServer, words } from "@diwan/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, iteration, llm, start, template, text } from "../support/app-text.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

type Json = Record<string, unknown>;

let installation: TestInstallation;
let target: Awaited<ReturnType<typeof startHttpServer>>;
let app: PublishedApp;
/** Models refuse while this is set. */
let modelIsDown = false;

const source = (prompt: string) =>
  appText(
    "workflow",
    [
      start([text("name")]),
      template("draft", "Dear {{ name }}", { name: ["start", "name"] }),
      {
        id: "post",
        type: "http-request",
        method: "post",
        url: `${target.url}/letters`,
        authorization: { type: "no-auth" },
        headers: "",
        params: "",
        body: { type: "raw-text", data: [{ type: "text", value: "{{#draft.output#}}" }] },
        timeout: {},
      },
      { ...llm("ask", prompt), retry_config: { retry_enabled: false } },
      template("sum", "{{ a }}/{{ b }}", { a: ["ask", "text"], b: ["post", "status_code"] }),
      end("end", { sum: ["sum", "output"], at: ["sys", "timestamp"], run: ["sys", "workflow_run_id"] }),
    ],
    ["start>draft", "draft>post", "post>ask", "ask>sum", "sum>end"],
  );

beforeAll(async () => {
  target = await startHttpServer();
  installation = await startInstallation({ settings: { DIWAN_EGRESS_ALLOW_PRIVATE: "127.0.0.1" } });
  let asked = 0;
  installation.model.script(() => {
    asked += 1;
    return modelIsDown ? { error: { status: 400, message: "no" } } : { text: words(`answer ${asked}`) };
  });
  app = await installation.publish(source("Write to {{#start.name#}}"));
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
});

async function run(inputs: Json = { name: "Sara" }): Promise<{ id: string; data: Json }> {
  const { data } = (await app.v1.post("/workflows/run", { user: "ada", inputs })) as { data: Json };
  return { id: String(data["id"]), data };
}

const call = <Reply>(method: string, path: string, body?: object) =>
  installation.console.call<Reply>(method, `/runs/${path}`, body);

async function ended(runId: string): Promise<Json & { steps: (Json & { node_id: string; status: string })[] }> {
  await expect.poll(async () => (await call<Json>("GET", runId))["finished_at"], { timeout: 10_000 }).not.toBeNull();
  return call("GET", runId);
}

describe("retrying a run", () => {
  it("goes on from the step that failed, and does nothing before it again", async () => {
    modelIsDown = true;
    const failed = await run();
    expect(failed.data["status"]).toBe("failed");
    const before = [target.requests.length, installation.model.requests.length];
    modelIsDown = false;
    const retried = await call<{ run_id: string; reused: number; changed: string[] }>("POST", `${failed.id}/retry`, {
      from: "failed",
    });
    expect(retried).toMatchObject({ reused: 3, changed: [] });
    const whole = await ended(retried.run_id);
    expect(whole).toMatchObject({ status: "succeeded", repeats: { kind: "retry", of: failed.id } });
    expect(whole.steps.map(({ node_id }) => node_id)).toEqual(["start", "draft", "post", "ask", "sum", "end"]);
    expect([target.requests.length, installation.model.requests.length]).toEqual([before[0], before[1]! + 1]);
  });

  it("goes on from a step that is named, with all that follows it", async () => {
    const done = await run();
    const calls = target.requests.length;
    const retried = await call<{ run_id: string; reused: number }>("POST", `${done.id}/retry`, {
      from: { node_id: "ask", frame: [] },
    });
    expect(retried.reused).toBe(3);
    const again = await ended(retried.run_id);
    expect(again["outputs"]).toMatchObject({ sum: expect.stringMatching(/^answer \d+\/200$/) });
    expect(again["outputs"]).not.toEqual(done.data["outputs"]);
    expect(target.requests.length).toBe(calls);
  });

  it("goes on inside an iteration, with the rounds that were done", async () => {
    const each = await installation.publish(
      appText(
        "workflow",
        [
          start([{ variable: "in", type: "json_object" }]),
          ...iteration("each", ["start", "in", "list"], ["ask", "text"], [llm("ask", "Word {{#each.item#}}")]),
          end("end", { all: ["each", "output"] }),
        ],
        ["start>each", "eachstart>ask", "each>end"],
      ),
    );
    installation.model.script(({ body }) => {
      const word = /Word (\w+)/.exec(JSON.stringify(body))?.[1] ?? "";
      return word === "three" && modelIsDown
        ? { error: { status: 400, message: "no" } }
        : { text: [word.toUpperCase()] };
    });
    modelIsDown = true;
    const inputs = { in: { list: ["one", "two", "three", "four"] } };
    const { data } = (await each.v1.post("/workflows/run", { user: "ada", inputs })) as { data: Json };
    expect(data["status"]).toBe("failed");
    modelIsDown = false;
    const before = installation.model.requests.length;
    const retried = await call<{ run_id: string; reused: number }>("POST", `${data["id"]}/retry`, { from: "failed" });
    expect(retried.reused).toBe(3);
    expect(await ended(retried.run_id)).toMatchObject({ outputs: { all: ["ONE", "TWO", "THREE", "FOUR"] } });
    expect(installation.model.requests.length).toBe(before + 2);
    installation.model.script(() => ({ text: words("an answer") }));
  });

  it("says why it cannot", async () => {
    const done = await run();
    const send = (path: string, body: object) => installation.console.send("POST", `/runs/${path}`, body);
    const unknown = await send(`${done.id}/retry`, { from: { node_id: "nobody" } });
    expect([unknown.status, ((await unknown.json()) as Json)["code"]]).toEqual([422, "run.retry-point-unknown"]);
    expect((await send(`${crypto.randomUUID()}/retry`, { from: "failed" })).status).toBe(404);
    expect((await send(`${done.id}/retry`, {})).status).toBe(400);
  });
});

describe("replaying a run", () => {
  it("gives the same journal without asking anybody", async () => {
    const done = await run();
    const before = [target.requests.length, installation.model.requests.length];
    const { run_id: replay } = await call<{ run_id: string }>("POST", `${done.id}/replay`, {});
    expect(await ended(replay)).toMatchObject({
      status: "succeeded",
      outputs: done.data["outputs"] as Json,
      repeats: { kind: "replay", of: done.id },
    });
    expect([target.requests.length, installation.model.requests.length]).toEqual(before);
    expect(await call<Json>("GET", `${done.id}/compare/${replay}`)).toMatchObject({
      equal: true,
      first_difference: null,
    });
  });
});

describe("replaying a chat turn with memory", () => {
  const memory = { query_prompt_template: "{{#sys.query#}}", window: { enabled: false, size: 50 } };
  let chat: PublishedApp;
  beforeAll(async () => {
    chat = await installation.publish(
      appText(
        "advanced-chat",
        [start(), llm("ask", "You are kind.", { memory }), { id: "a", type: "answer", answer: "{{#ask.text#}}" }],
        ["start>ask", "ask>a"],
      ),
    );
  });

  it("remembers what the turn remembered, whatever was said since", async () => {
    let conversation_id = "";
    const turns: string[] = [];
    for (const query of ["one?", "two?", "three?"]) {
      const body = { user: "ada", inputs: {}, query, conversation_id };
      const frames = await chat.v1.frames("/chat-messages", body);
      const { data } = frames.find(({ data: frame }) => frame["event"] === "workflow_started")!;
      conversation_id = String(data["conversation_id"]);
      turns.push(String(data["workflow_run_id"]));
    }
    const before = installation.model.requests.length;
    expect(JSON.stringify(installation.model.requests.at(-1)!.body)).toMatch(/one\?.*two\?.*three\?/);
    for (const turn of turns) {
      const { run_id: replay } = await call<{ run_id: string }>("POST", `${turn}/replay`, {});
      expect(await ended(replay)).toMatchObject({ status: "succeeded", error: null });
      expect(await call<Json>("GET", `${turn}/compare/${replay}`)).toMatchObject({ equal: true });
    }
    expect(installation.model.requests.length).toBe(before);
  });
});

describe("replaying a form with files", () => {
  it("finds the answer of the same form, also where a retry took it from an earlier run", async () => {
    const form = await installation.publish(
      appText(
        "workflow",
        [
          start([text("name")]),
          {
            id: "post",
            type: "http-request",
            method: "post",
            url: `${target.url}/forms`,
            authorization: { type: "no-auth" },
            headers: "",
            params: "",
            body: { type: "form-data", data: [{ key: "name", type: "text", value: "{{#start.name#}}" }] },
            timeout: {},
          },
          llm("ask", "{{#post.status_code#}}"),
          end("end", { answer: ["ask", "text"] }),
        ],
        ["start>post", "post>ask", "ask>end"],
      ),
    );
    const { data } = (await form.v1.post("/workflows/run", { user: "ada", inputs: { name: "Sara" } })) as {
      data: Json;
    };
    const retried = await call<{ run_id: string }>("POST", `${data["id"]}/retry`, { from: { node_id: "ask" } });
    await ended(retried.run_id);
    const calls = target.requests.length;
    for (const runId of [String(data["id"]), retried.run_id]) {
      const { run_id: replay } = await call<{ run_id: string }>("POST", `${runId}/replay`, {});
      expect(await ended(replay)).toMatchObject({ status: "succeeded", error: null });
    }
    expect(target.requests.length).toBe(calls);
  });
});

describe("comparing two runs", () => {
  it("names the first value that differs, step by step", async () => {
    const [a, b] = [await run({ name: "Sara" }), await run({ name: "Omar" })];
    const compared = await call<{ equal: boolean; first_difference: Json; steps: Json[] }>(
      "GET",
      `${a.id}/compare/${b.id}`,
    );
    expect(compared.equal).toBe(false);
    expect(compared.first_difference).toMatchObject({
      node_id: "start",
      frame: [],
      difference: { path: "inputs.name", a: "Sara", b: "Omar" },
    });
    expect(compared.steps.map(({ node_id, change }) => [node_id, change])).toContainEqual(["draft", "changed"]);
    expect((await installation.console.send("GET", `/runs/${a.id}/compare/${crypto.randomUUID()}`)).status).toBe(404);
  });
});
