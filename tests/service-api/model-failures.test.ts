import type { ModelScript, SeenRequest } from "@diwan/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start, text } from "../support/app-text.ts";
import { eventNames, textOf } from "../support/event-stream.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

type Json = Record<string, unknown>;

let installation: TestInstallation;
let workflow: PublishedApp;
let chat: PublishedApp;

beforeAll(async () => {
  const settings = { DIWAN_MODEL_FIRST_TOKEN_SECONDS: "0.8", DIWAN_MODEL_SILENCE_SECONDS: "0.8" };
  installation = await startInstallation({ settings });
  installation.model.script((request) => failures.find(([name]) => asks(request, name))?.[1]);
  workflow = await installation.publish(
    appText(
      "workflow",
      [start([text("say")]), llm("ask", "{{#start.say#}}"), end("end", { text: ["ask", "text"] })],
      ["start>ask", "ask>end"],
    ),
  );
  chat = await installation.publish(
    appText(
      "advanced-chat",
      [start(), llm("ask", "hi"), { id: "reply", type: "answer", answer: "{{#ask.text#}}" }],
      ["start>ask", "ask>reply"],
    ),
  );
});
afterAll(() => installation[Symbol.asyncDispose]());

/** What the model does, how the cause is told, and how often it is asked in all. */

const failures: [string, ModelScript, RegExp, number][] = [
  ["refuses the key", { error: { status: 401, message: "bad key sk-abcdef123456" } }, /refused the key/, 1],
  ["refuses the request", { error: { status: 400, message: "temperature is too high" } }, /temperature is too high/, 1],
  ["knows no such model", { error: { status: 404, message: "no such model" } }, /has no model "scripted"/, 1],
  ["has no quota left", { error: { status: 429, message: "insufficient quota" } }, /quota .* is used up/, 1],
  ["is broken", { error: { status: 500, message: "oops" } }, /it answered 500/, 3],
  ["never answers", { hang: true }, /silent for 0.8 seconds/, 3],
  ["is too slow to begin", { text: ["late"], delayMs: 2_000 }, /silent for 0.8 seconds/, 3],
  ["answers nonsense", { raw: "<html>Welcome to nginx!</html>" }, /.+/, 3],
  ["falls silent in the middle", { text: ["Once ", "upon"], pieceMs: 3_000 }, /silent for 0.8 seconds/, 1],
  [
    "is cut off in the middle",
    { text: ["Once ", "upon ", "a time"], cutAfter: 2 },
    /connection was cut|cannot be reached/,
    1,
  ],
  ["ends without finishing", { text: ["Once ", "upon ", "a time"], endAfter: 2 }, /.+/, 1],
];

describe("a model that", () => {
  // All at once: most of their time is waiting.
  it.concurrent.each(failures)("%s fails its step with the cause and ends the run", async (name, _, cause, calls) => {
    const frames = await workflow.v1.frames("/workflows/run", { user: "ada", inputs: { say: `It ${name}.` } });
    const step = frames.findLast(({ data }) => data["event"] === "node_finished")!.data["data"] as Json;
    expect(step).toMatchObject({ node_id: "ask", status: "failed", error: expect.stringMatching(cause) });
    const { data } = frames.at(-1)!.data as { data: Json };
    expect(data).toMatchObject({ status: "failed", error: expect.stringMatching(cause) });
    expect(String(data["error"])).not.toContain("sk-abcdef123456");
    expect(installation.model.requests.filter((request) => asks(request, name))).toHaveLength(calls);
    const detail = await workflow.v1.get(`/workflows/run/${data["id"]}`);
    expect(detail).toMatchObject({ status: "failed", error: expect.stringMatching(cause) });
    expect(detail["finished_at"]).not.toBeNull();
  });
});

function asks({ body }: SeenRequest, name: string): boolean {
  return JSON.stringify(body).includes(`It ${name}.`);
}

it("keeps what a chat said before its model was cut off, and closes with an error", async () => {
  installation.model.script({ text: ["Once ", "upon ", "a time"], cutAfter: 2 });
  const frames = await chat.v1.frames("/chat-messages", { user: "ada", inputs: {}, query: "go" });
  expect(textOf(frames)).toBe("Once upon ");
  expect(eventNames(frames).slice(-2)).toEqual(["workflow_finished", "error"]);
});

it("answers a blocking chat with an error in the envelope", async () => {
  installation.model.script({ error: { status: 400, message: "no" } });
  const response = await chat.v1.send("POST", "/chat-messages", { user: "ada", inputs: {}, query: "go" });
  expect(response.status).toBe(400);
  expect(Object.keys((await response.json()) as Json).sort()).toEqual(["code", "message", "status"]);
});

it("comes back when the model does, without a restart", async () => {
  installation.model.script((_, number) =>
    number % 2 === 1 ? { error: { status: 503, message: "busy" } } : { text: ["Fine."] },
  );
  installation.model.requests.length = 0;
  const { data } = (await workflow.v1.post("/workflows/run", { user: "ada", inputs: { say: "hi" } })) as { data: Json };
  expect(data).toMatchObject({ status: "succeeded", outputs: { text: "Fine." } });
});

it("leaves no run running", async () => {
  for (const { appId } of [workflow, chat]) {
    const { data } = await installation.console.call<{ data: Json[] }>("GET", `/apps/${appId}/runs?limit=100`);
    expect(data.length).toBeGreaterThan(1);
    expect(data.filter(({ status }) => status === "running" || status === "queued")).toEqual([]);
  }
});
