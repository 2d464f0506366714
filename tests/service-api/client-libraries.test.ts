import type { Readable } from "node:stream";
import { words } from "@diwan/testkit";
import { createDifyProvider } from "dify-ai-provider";
import * as difyClient from "dify-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start, text } from "../support/app-text.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

type Json = Record<string, unknown>;
type Reply = Promise<{ status: number; data: Json }>;

// Workflows run through the client of completions; the package's own types leave that out and promise nothing of replies.
const { CompletionClient, ChatClient } = difyClient as unknown as {
  CompletionClient: new (
    key: string,
    url: string,
  ) => {
    runWorkflow(inputs: Json, user: string, stream?: boolean): Reply;
    getApplicationParameters(user: string): Reply;
  };
  ChatClient: new (
    key: string,
    url: string,
  ) => {
    createChatMessage(inputs: Json, query: string, user: string, stream?: boolean, conversationId?: string): Reply;
  };
};

let installation: TestInstallation;
let workflow: PublishedApp;
let chat: PublishedApp;
/** As people configure their clients. */
let baseUrl: string;

beforeAll(async () => {
  installation = await startInstallation();
  baseUrl = `${installation.url}/v1`;
  installation.model.script(({ body }) => {
    const { messages } = body as { messages: { content: string }[] };
    const asked = messages.at(-1)!.content;
    if (asked.includes("fail")) return { error: { status: 400, message: "Not like this." } };
    return { text: words(`You asked: ${asked}`), usage: { prompt: 6, completion: 3 } };
  });
  workflow = await installation.publish(
    appText(
      "workflow",
      [
        start([text("topic", { required: true })]),
        llm("ask", "{{#start.topic#}}"),
        end("end", { text: ["ask", "text"] }),
      ],
      ["start>ask", "ask>end"],
    ),
  );
  chat = await installation.publish(
    appText(
      "advanced-chat",
      [
        start(),
        llm("ask", "Be kind.", { memory: { query_prompt_template: "", window: { enabled: false, size: 10 } } }),
        { id: "reply", type: "answer", answer: "{{#ask.text#}}" },
      ],
      ["start>ask", "ask>reply"],
    ),
  );
});
afterAll(() => installation[Symbol.asyncDispose]());

describe("dify-client 2.3.2", () => {
  it("runs a workflow, blocking", async () => {
    const { status, data } = await new CompletionClient(workflow.key, baseUrl).runWorkflow({ topic: "tea" }, "ada");
    expect(status).toBe(200);
    expect(data["data"]).toMatchObject({ status: "succeeded", outputs: { text: "You asked: tea" }, total_tokens: 9 });
  });

  it("runs a workflow, streaming", async () => {
    const { data } = await new CompletionClient(workflow.key, baseUrl).runWorkflow({ topic: "tea" }, "ada", true);
    const events = await eventsOf(data as unknown as Readable);
    expect(events.at(0)).toMatchObject({ event: "workflow_started" });
    expect(events.at(-1)).toMatchObject({ event: "workflow_finished", data: { outputs: { text: "You asked: tea" } } });
    const texts = events.flatMap(({ event, data: inner }) => (event === "text_chunk" ? [(inner as Json)["text"]] : []));
    expect(texts.join("")).toBe("You asked: tea");
  });

  it("reads the parameters, with a base address that ends in a slash too", async () => {
    const { data } = await new CompletionClient(workflow.key, `${baseUrl}/`).getApplicationParameters("ada");
    expect(Object.keys(data)).toHaveLength(12);
  });

  it("keeps a conversation going, blocking", async () => {
    const client = new ChatClient(chat.key, baseUrl);
    const { data: first } = await client.createChatMessage({}, "one", "ada");
    expect(first).toMatchObject({ answer: "You asked: one", mode: "advanced-chat" });
    const { data: second } = await client.createChatMessage({}, "two", "ada", false, String(first["conversation_id"]));
    expect(second["conversation_id"]).toBe(first["conversation_id"]);
    const { messages } = installation.model.requests.at(-1)!.body as { messages: { content: string }[] };
    expect(messages.map(({ content }) => content)).toEqual(["Be kind.", "one", "You asked: one", "two"]);
  });

  it("streams a chat message", async () => {
    const { data } = await new ChatClient(chat.key, baseUrl).createChatMessage({}, "why?", "ada", true);
    const events = await eventsOf(data as unknown as Readable);
    expect(events.flatMap(({ event, answer }) => (event === "message" ? [answer] : [])).join("")).toBe(
      "You asked: why?",
    );
    expect(events.filter(({ event }) => event === "message_end")).toHaveLength(1);
  });

  it("gets errors it can read", async () => {
    const refused = await new ChatClient(workflow.key, baseUrl)
      .createChatMessage({}, "x", "ada")
      .catch((error: { response: { status: number; data: Json } }) => error.response);
    expect(refused).toMatchObject({ status: 400, data: { code: "not_chat_app", status: 400 } });
  });
});

/** As the package's users read its raw stream: split lines, parse what follows `data:`. */
async function eventsOf(stream: Readable): Promise<Json[]> {
  let all = "";
  for await (const chunk of stream) all += String(chunk);
  return all.split("\n").flatMap((line) => (line.startsWith("data:") ? [JSON.parse(line.slice(5)) as Json] : []));
}

describe("dify-ai-provider 1.1.1", () => {
  const modelOf = (responseMode: "blocking" | "streaming") =>
    createDifyProvider({ baseURL: baseUrl, logger: false })("any", { apiKey: chat.key, responseMode, logger: false });
  const prompt = (query: string) => [{ role: "user" as const, content: [{ type: "text" as const, text: query }] }];
  const headers = { "user-id": "ada" };

  it("generates a whole answer", async () => {
    const result = await modelOf("blocking").doGenerate({ prompt: prompt("tea?"), headers });
    expect(result.content).toContainEqual({ type: "text", text: "You asked: tea?" });
    expect(result.usage).toMatchObject({ inputTokens: 6, outputTokens: 3, totalTokens: 9 });
    expect(JSON.stringify(result.providerMetadata)).toMatch(/conversationId":"[0-9a-f-]{36}"/);
  });

  it("streams an answer, with its usage at the end and without errors", async () => {
    const { stream } = await modelOf("streaming").doStream({ prompt: prompt("tea?"), headers });
    const parts = [];
    for await (const part of stream) parts.push(part);
    const errors = parts.filter(({ type }) => type === "error");
    expect(errors).toEqual([]);
    expect(parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])).join("")).toBe("You asked: tea?");
    const finish = parts.findLast((part) => part.type === "finish");
    expect(parts.some((part) => part.type === "finish" && part.usage.totalTokens === 9)).toBe(true);
    expect(finish).toMatchObject({ type: "finish" });
  });

  it("understands why a call was refused", async () => {
    const failing = modelOf("blocking").doGenerate({ prompt: prompt("please fail"), headers });
    await expect(failing).rejects.toThrow(/Not like this\./);
  });
});
