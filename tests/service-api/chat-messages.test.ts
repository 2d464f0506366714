import { words } from "@diwan/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, ifElse, llm, start, text } from "../support/app-text.ts";
import { allFrames, eventNames, readFrames, textOf } from "../support/event-stream.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

type Json = Record<string, unknown>;

let installation: TestInstallation;
let chat: PublishedApp;

beforeAll(async () => {
  installation = await startInstallation();
  installation.model.script(({ body }) => {
    const asked = JSON.stringify(body);
    if (asked.includes("slowly")) return { text: Array.from({ length: 100 }, () => "word "), pieceMs: 50 };
    if (asked.includes("break down")) return { error: { status: 400, message: "No such thing." } };
    const { messages } = body as { messages: { content: string }[] };
    return { text: words(`Answer to ${messages.at(-1)!.content}`), usage: { prompt: 5, completion: 4 } };
  });
  chat = await installation.publish(remembering);
});
afterAll(() => installation[Symbol.asyncDispose]());

/** A chat with memory, a form of one field, a fork, and its turn's number in the prompt. */
const remembering = appText(
  "advanced-chat",
  [
    start([text("tone", { default: "calm" }), text("place", { required: true })]),
    ifElse("fork", ["sys", "query"], "is", "hello"),
    { id: "greet", type: "answer", answer: "Hello from {{#start.place#}}!" },
    llm("ask", "Be {{#start.tone#}}. Turn {{#sys.dialogue_count#}}.", {
      memory: { query_prompt_template: "", window: { enabled: false, size: 10 } },
    }),
    { id: "reply", type: "answer", answer: "{{#ask.text#}}" },
  ],
  ["start>fork", "fork:yes>greet", "fork:false>ask", "ask>reply"],
  { conversation_variables: [{ id: "c1", name: "mood", value_type: "string", value: "fine" }] },
);

const body = (query: string, change: Json = {}) => ({ query, inputs: { place: "Doha" }, user: "ada", ...change });

describe("POST /chat-messages, blocking", () => {
  it("answers with the message, its conversation and its usage, and exactly these keys", async () => {
    const response = await chat.v1.send("POST", "/chat-messages", body("why?", { conversation_id: "", files: null }));
    expect(response.status).toBe(200);
    const reply = (await response.json()) as Json;
    expect(reply).toEqual({
      event: "message",
      task_id: expect.stringMatching(uuid),
      id: expect.stringMatching(uuid),
      message_id: reply["id"],
      conversation_id: expect.stringMatching(uuid),
      mode: "advanced-chat",
      answer: "Answer to why?",
      metadata: { usage: expect.any(Object), retriever_resources: [], annotation_reply: null },
      created_at: expect.any(Number),
    });
    const { usage } = reply["metadata"] as { usage: Json };
    expect(usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 4, total_tokens: 9, currency: "USD" });
    for (const price of ["prompt_price", "completion_price", "total_price", "prompt_unit_price"])
      expect(usage[price]).toEqual(expect.any(String));
    expect(usage["latency"]).toEqual(expect.any(Number));
  });

  it("gives zeros for a turn that asked no model", async () => {
    const reply = await chat.v1.post("/chat-messages", body("hello"));
    expect(reply).toMatchObject({
      answer: "Hello from Doha!",
      metadata: { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, total_price: expect.any(String) } },
    });
  });

  it("answers a run that failed with an error of its own", async () => {
    const response = await chat.v1.send("POST", "/chat-messages", body("break down"));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      code: expect.stringMatching(/^(invalid_param|completion_request_error)$/),
      message: expect.stringContaining("No such thing."),
      status: 400,
    });
  });
});

describe("a conversation", () => {
  it("goes on with what was said, and counts its turns", async () => {
    const first = await chat.v1.post("/chat-messages", body("one"));
    const conversation_id = first["conversation_id"];
    const second = await chat.v1.post("/chat-messages", body("two", { conversation_id }));
    expect(second["conversation_id"]).toBe(conversation_id);
    expect(second["message_id"]).not.toBe(first["message_id"]);
    expect(promptOf(installation)).toEqual([
      ["user", "Be calm. Turn 1."],
      ["user", "one"],
      ["assistant", "Answer to one"],
      ["user", "two"],
    ]);
    await chat.v1.post("/chat-messages", body("three", { conversation_id: ` ${conversation_id} ` }));
    expect(promptOf(installation)[0]).toEqual(["user", "Be calm. Turn 2."]);
    expect(promptOf(installation)).toHaveLength(6);
  });

  it("remembers the inputs of its first turn; what is sent anew wins", async () => {
    const { conversation_id } = await chat.v1.post(
      "/chat-messages",
      body("hello", { inputs: { place: "Salalah", tone: "merry" } }),
    );
    const later = await chat.v1.post("/chat-messages", { query: "hello", user: "ada", inputs: {}, conversation_id });
    expect(later["answer"]).toBe("Hello from Salalah!");
    await chat.v1.post("/chat-messages", { query: "x", user: "ada", inputs: { tone: "brief" }, conversation_id });
    expect(promptOf(installation)[0]).toEqual(["user", "Be brief. Turn 2."]);
  });

  it("is not found by another user, another app, or under an id that nobody has", async () => {
    const { conversation_id } = await chat.v1.post("/chat-messages", body("hello"));
    const other = await installation.publish(remembering);
    const refused = [
      await chat.v1.send("POST", "/chat-messages", body("hello", { conversation_id, user: "grace" })),
      await other.v1.send("POST", "/chat-messages", body("hello", { conversation_id })),
      await chat.v1.send(
        "POST",
        "/chat-messages",
        body("x", { conversation_id: "0198c0de-0000-7000-8000-000000000000" }),
      ),
    ];
    for (const response of refused) {
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: "not_found", status: 404 });
    }
    const malformed = await chat.v1.send("POST", "/chat-messages", body("x", { conversation_id: "abc" }));
    expect([malformed.status, await malformed.json()]).toMatchObject([400, { code: "invalid_param" }]);
  });

  it("is the same for a user given as a number and as text", async () => {
    const { conversation_id } = await chat.v1.post("/chat-messages", body("hello", { user: 7 }));
    const second = await chat.v1.post("/chat-messages", body("hello", { user: "7", conversation_id }));
    expect(second["conversation_id"]).toBe(conversation_id);
  });
});

describe("POST /chat-messages, streaming", () => {
  it("sends message_end before workflow_finished, and both once", async () => {
    const frames = await chat.v1.frames("/chat-messages", body("why?"));
    expect(eventNames(frames)).toEqual([
      "workflow_started",
      "node_started",
      "node_finished",
      "node_started",
      "node_finished",
      "node_started",
      "message",
      "node_finished",
      "node_started",
      "node_finished",
      "message_end",
      "workflow_finished",
    ]);
    expect(textOf(frames)).toBe("Answer to why?");
    const end = frames.at(-2)!.data;
    expect(end).toMatchObject({
      event: "message_end",
      id: end["message_id"],
      files: [],
      metadata: { annotation_reply: null, retriever_resources: [], usage: { total_tokens: 9 } },
    });
    expect(frames.at(-1)!.data["data"]).toMatchObject({
      status: "succeeded",
      outputs: { answer: "Answer to why?", files: [] },
      total_steps: 4,
      created_by: { user: "ada" },
    });
  });

  it("keeps its envelope over the whole stream", async () => {
    const frames = await chat.v1.frames("/chat-messages", body("why?"));
    const envelope = ["conversation_id", "created_at", "event", "message_id", "task_id"];
    const [first] = frames;
    for (const { data } of frames) {
      const flat: Record<string, string[]> = {
        message: ["answer", "from_variable_selector", "id"],
        message_end: ["files", "id", "metadata"],
      };
      const extra = flat[String(data["event"])] ?? ["data", "workflow_run_id"];
      expect(Object.keys(data).sort()).toEqual([...envelope, ...extra].sort());
      for (const key of ["conversation_id", "created_at", "message_id", "task_id"])
        expect(data[key]).toBe(first!.data[key]);
    }
    const chunk = frames.find(({ data }) => data["event"] === "message")!.data;
    expect(chunk["from_variable_selector"]).toEqual(["ask", "text"]);
    expect(chunk["id"]).toBe(chunk["message_id"]);
  });

  it("closes a failed run with workflow_finished, then an error without task_id, and no message_end", async () => {
    const frames = await chat.v1.frames("/chat-messages", body("break down"));
    expect(eventNames(frames).slice(-3)).toEqual(["node_finished", "workflow_finished", "error"]);
    expect(eventNames(frames)).not.toContain("message_end");
    expect(frames.at(-2)!.data["data"]).toMatchObject({ status: "failed" });
    const { data } = frames.at(-1)!;
    expect(Object.keys(data).sort()).toEqual([
      "code",
      "conversation_id",
      "created_at",
      "event",
      "message",
      "message_id",
      "status",
    ]);
    expect(data).toMatchObject({ code: "invalid_param", status: 400, message: expect.stringContaining("No such") });
  });

  it("leaves a failed turn out of the conversation's memory", async () => {
    const failed = await chat.v1.frames("/chat-messages", body("break down"));
    const conversation_id = failed[0]!.data["conversation_id"];
    await chat.v1.post("/chat-messages", body("again", { conversation_id }));
    expect(promptOf(installation).filter(([, content]) => content === "break down")).toEqual([]);
  });
});

describe("POST /chat-messages/{task_id}/stop", () => {
  it("by the same user ends the stream with what was said so far", async () => {
    const response = await chat.v1.stream("/chat-messages", body("slowly"));
    const frames = [];
    let stopped = false;
    for await (const frame of readFrames(response)) {
      frames.push(frame);
      if (frame.data["event"] !== "message" || stopped) continue;
      stopped = true;
      const path = `/chat-messages/${frame.data["task_id"]}/stop`;
      // Another user's stop changes nothing, and says nothing about it.
      for (const user of ["grace", "ada"]) expect(await chat.v1.post(path, { user })).toEqual({ result: "success" });
    }
    expect(eventNames(frames).slice(-2)).toEqual(["message_end", "workflow_finished"]);
    expect(frames.at(-1)!.data["data"]).toMatchObject({ status: "stopped" });
    expect(textOf(frames).length).toBeLessThan(200);
  });

  it("by another user leaves the run alone", async () => {
    const response = await chat.v1.stream("/chat-messages", body("slowly"));
    for await (const { data } of readFrames(response)) {
      await chat.v1.post(`/chat-messages/${data["task_id"]}/stop`, { user: "grace" });
      const detail = await chat.v1.get(`/workflows/run/${data["task_id"]}`);
      expect(detail).toMatchObject({ status: "running" });
      await chat.v1.post(`/chat-messages/${data["task_id"]}/stop`, { user: "ada" });
      break;
    }
  });
});

it("stores the conversation of people in the console apart from that of keys", async () => {
  const { console } = installation;
  const started = await console.call<{ run_id: string; conversation_id: string }>("POST", `/apps/${chat.appId}/runs`, {
    inputs: { place: "Riyadh" },
    query: "hello",
  });
  const events = await allFrames(await console.send("GET", `/runs/${started.run_id}/events`));
  expect(events.at(-1)!.data).toMatchObject({ event: "run.finished", answer: "Hello from Riyadh!" });
  const answer = await chat.v1.send(
    "POST",
    "/chat-messages",
    body("hello", { conversation_id: started.conversation_id }),
  );
  expect(answer.status).toBe(404);
});

it("has left no defect in the log", () => {
  expect(installation.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function promptOf({ model }: TestInstallation): [string, string][] {
  const { messages } = model.requests.at(-1)!.body as { messages: { role: string; content: string }[] };
  return messages.map(({ role, content }) => [role, content]);
}
