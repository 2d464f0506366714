import { createGuardedHttpClient, publicPolicy } from "@diwan/egress";
import type { WorkspaceId } from "@diwan/kernel";
import { type ModelScript, startModelServer, words } from "@diwan/testkit";
import { expect, it } from "vitest";
import { createModelGateway, type GatewaySettings } from "./gateway.ts";
import type { ModelPart, ModelRequest } from "./ports.ts";

const http = createGuardedHttpClient({ profile: "platform", policy: publicPolicy });
const scope = { workspaceId: "ws-1" as WorkspaceId };

function request(rest: Partial<ModelRequest> = {}): ModelRequest {
  return {
    provider: "openai",
    model: "scripted",
    mode: "chat",
    messages: [{ role: "user", content: "Hello" }],
    parameters: {},
    stop: [],
    ...rest,
  };
}

async function collect(parts: AsyncIterable<ModelPart>): Promise<ModelPart[]> {
  const collected: ModelPart[] = [];
  for await (const part of parts) collected.push(part);
  return collected;
}

function gatewayTo(baseUrl: string, rest: Partial<GatewaySettings> = {}) {
  const environment = { baseUrl, apiKey: "sk-test-key-123456" };
  return createModelGateway({ http, environment, retryWaitsMs: [1, 1], demoWordMs: 0, ...rest });
}

const call = (signal = new AbortController().signal) => ({ signal, runId: "r", stepId: "s", attempt: 1 });

async function answer(script: ModelScript, rest: Partial<GatewaySettings> = {}, asked: Partial<ModelRequest> = {}) {
  await using server = await startModelServer(script);
  const parts = await collect(gatewayTo(server.url, rest).stream(scope, request(asked), call()));
  return { parts, requests: server.requests };
}

it("streams text, then usage, then the reason for the end", async () => {
  const { parts, requests } = await answer({ text: words("Hi there, Ada"), usage: { prompt: 11, completion: 3 } });
  expect(parts.slice(0, 3).map((part) => part.type === "text-delta" && part.text)).toEqual(["Hi ", "there, ", "Ada"]);
  expect(parts[3]).toMatchObject({
    type: "usage",
    estimated: false,
    usage: { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 },
  });
  expect(parts.at(-1)).toEqual({ type: "finish", reason: "stop" });
  expect(requests[0]?.headers["authorization"]).toBe("Bearer sk-test-key-123456");
});

it("sends the app file's parameters as they are, and the stop words", async () => {
  const parameters = { temperature: 0.2, max_tokens: 64, custom_thing: { deep: true } };
  const { requests } = await answer({ text: ["ok"] }, {}, { parameters, stop: ["END"] });
  expect(requests[0]?.body).toMatchObject({ ...parameters, stop: ["END"], model: "scripted", stream: true });
});

it("speaks to completion models too", async () => {
  const { parts, requests } = await answer({ text: ["four"] }, {}, { mode: "completion", parameters: { top_p: 0.5 } });
  expect(requests[0]?.path).toBe("/v1/completions");
  expect(requests[0]?.body).toMatchObject({ top_p: 0.5 });
  expect(parts[0]).toEqual({ type: "text-delta", text: "four" });
});

it("tells reasoning from text", async () => {
  const { parts } = await answer({ reasoning: ["let me ", "think"], text: ["42"] });
  expect(parts.slice(0, 3)).toEqual([
    { type: "reasoning-delta", text: "let me " },
    { type: "reasoning-delta", text: "think" },
    { type: "text-delta", text: "42" },
  ]);
});

it("offers tools, and hands on whole calls once their pieces are there", async () => {
  const tools = [{ name: "weather", description: "Tells it.", parameters: { type: "object", properties: {} } }];
  const toolCalls = [
    { id: "c1", name: "weather", arguments: '{"city": "Riyadh"}' },
    { id: "c2", name: "weather", arguments: '{"city": "Cairo"}' },
  ];
  const { parts, requests } = await answer({ text: ["One moment."], toolCalls }, {}, { tools });
  expect(requests[0]?.body["tools"]).toEqual([{ type: "function", function: tools[0] }]);
  expect(parts.filter(({ type }) => type === "tool-call")).toEqual(
    toolCalls.map((call) => ({ type: "tool-call", ...call })),
  );
  expect(parts.map(({ type }) => type)).toEqual(["text-delta", "tool-call", "tool-call", "usage", "finish"]);
  expect(parts.at(-1)).toEqual({ type: "finish", reason: "tool_calls" });
});

it("puts the arguments of a call together, however they come", async () => {
  const frame = (tool_calls: object[], finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ delta: { tool_calls }, finish_reason }] })}\n\n`;
  const pieces = [
    frame([{ index: 1, id: "b", function: { name: "two", arguments: "{}" } }]),
    frame([{ index: 0, id: "a", function: { name: "one", arguments: '{"x"' } }]),
    frame([{ index: 0, function: { arguments: ": 1}" } }], "tool_calls"),
  ];
  const { parts } = await answer({ raw: pieces.join("") });
  expect(parts.slice(0, 2)).toEqual([
    { type: "tool-call", id: "a", name: "one", arguments: '{"x": 1}' },
    { type: "tool-call", id: "b", name: "two", arguments: "{}" },
  ]);
  const unnumbered = [
    frame([{ id: "a", function: { name: "one", arguments: "{" } }]),
    frame([{ function: { arguments: "}" } }]),
    frame([{ id: "b", function: { name: "two", arguments: "{}" } }], "stop"),
  ];
  expect((await answer({ raw: unnumbered.join("") })).parts.slice(0, 2)).toEqual([
    { type: "tool-call", id: "a", name: "one", arguments: "{}" },
    { type: "tool-call", id: "b", name: "two", arguments: "{}" },
  ]);
});

it("counts tokens itself where the endpoint does not, and says so", async () => {
  const { parts } = await answer({ text: words("one two three"), usage: null });
  expect(parts.at(-2)).toMatchObject({ type: "usage", estimated: true, usage: { completion_tokens: 3 } });
});

it.each([
  [401, "model.credentials-refused"],
  [403, "model.credentials-refused"],
  [402, "model.quota-used-up"],
  [404, "model.not-supported"],
  [429, "model.rate-limited"],
  [400, "model.request-refused"],
  [500, "model.unavailable"],
  [503, "model.unavailable"],
])("a status of %i is %s", async (status, code) => {
  await expect(answer({ error: { status, message: "no" } })).rejects.toMatchObject({ code });
});

it("tells a long prompt, a filter and a used-up quota from other refusals", async () => {
  const refusal = (status: number, message: string) => answer({ error: { status, message } });
  await expect(refusal(400, "maximum context length is 8192 tokens")).rejects.toMatchObject({
    code: "model.context-too-long",
  });
  await expect(refusal(400, "blocked by content_filter")).rejects.toMatchObject({ code: "model.content-filtered" });
  await expect(refusal(429, "You exceeded your current quota")).rejects.toMatchObject({ code: "model.quota-used-up" });
});

it("masks keys in what a provider says", async () => {
  const refused = answer({ error: { status: 400, message: "bad key sk-abcdefgh123456 given" } });
  await expect(refused).rejects.toThrow(/sk-…/);
});

it("says so when nothing listens at the address", async () => {
  const server = await startModelServer();
  await server[Symbol.asyncDispose]();
  const parts = collect(gatewayTo(server.url).stream(scope, request(), call()));
  await expect(parts).rejects.toMatchObject({ code: "model.unreachable" });
  await expect(parts).rejects.toThrow(/nothing listens/);
});

it("fails when the stream is cut, when it ends without a reason, and when it is nonsense", async () => {
  const text = words("one two three four");
  await expect(answer({ text, cutAfter: 2 })).rejects.toMatchObject({ code: "model.unreachable" });
  await expect(answer({ text, endAfter: 2 })).rejects.toMatchObject({ code: "model.unavailable" });
  await expect(answer({ raw: "data: {broken\n\n" })).rejects.toMatchObject({ code: "model.unavailable" });
  await expect(answer({ raw: "<html>not a model</html>" })).rejects.toMatchObject({ code: "model.unavailable" });
});

it("gives up on a model that stays silent", async () => {
  const deadlines = { firstPartMs: 60, silenceMs: 60 };
  await expect(answer({ hang: true }, { deadlines, retryWaitsMs: [] })).rejects.toThrow(/silent for 0.06 seconds/);
  const slow = answer({ text: ["a", "b"], pieceMs: 400 }, { deadlines, retryWaitsMs: [] });
  await expect(slow).rejects.toMatchObject({ code: "model.unreachable" });
});

it("tries again what may pass, as long as nothing of the answer was handed on", async () => {
  await using server = await startModelServer((_, number) =>
    number < 3 ? { error: { status: 503, message: "busy" } } : { text: ["fine"] },
  );
  const parts = await collect(gatewayTo(server.url).stream(scope, request(), call()));
  expect(parts[0]).toEqual({ type: "text-delta", text: "fine" });
  expect(server.requests).toHaveLength(3);

  server.script({ text: ["a", "b", "c"], cutAfter: 2 });
  await expect(collect(gatewayTo(server.url).stream(scope, request(), call()))).rejects.toMatchObject({
    kind: "dependency",
  });
  expect(server.requests).toHaveLength(4);
});

it("does not try a refusal again", async () => {
  await using server = await startModelServer({ error: { status: 401, message: "no" } });
  await expect(collect(gatewayTo(server.url).stream(scope, request(), call()))).rejects.toMatchObject({
    kind: "author",
  });
  expect(server.requests).toHaveLength(1);
});

it("closes the connection when the run is stopped", async () => {
  await using server = await startModelServer({ text: words("a b c d e f g h"), pieceMs: 50 });
  const abort = new AbortController();
  const reading = (async () => {
    for await (const _ of gatewayTo(server.url).stream(scope, request(), call(abort.signal))) abort.abort();
  })();
  await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  await expect.poll(() => server.aborted()).toBe(1);
});

it("refuses an address that hands out a cloud's credentials, without trying again", async () => {
  const parts = collect(gatewayTo("http://169.254.169.254/v1").stream(scope, request(), call()));
  await expect(parts).rejects.toMatchObject({ code: "egress.blocked" });
});

it("asks for answers that are not compressed, which come later and in larger pieces", async () => {
  const { requests } = await answer({ text: ["ok"] });
  expect(requests[0]?.headers["accept-encoding"]).toBe("identity");
});

it("adds /v1 to an address without a path", async () => {
  await using server = await startModelServer({ text: ["ok"] });
  await collect(gatewayTo(server.url.replace(/\/v1$/, "")).stream(scope, request(), call()));
  expect(server.requests[0]?.path).toBe("/v1/chat/completions");
});

it("names the provider that has no key yet", async () => {
  const parts = collect(
    createModelGateway({ http }).stream(scope, request({ provider: "langgenius/anthropic/anthropic" }), call()),
  );
  await expect(parts).rejects.toMatchObject({ code: "model.not-configured" });
  await expect(parts).rejects.toThrow(/"anthropic" has no key yet/);
});

it("answers as a demo by visible rules, in the language of the question", async () => {
  const gateway = createModelGateway({ http, demoWordMs: 0 });
  const say = async (text: string) => {
    const asked = request({ provider: "builtin/demo/demo", messages: [{ role: "user", content: text }] });
    const parts = await collect(gateway.stream(scope, asked, call()));
    return parts.map((part) => (part.type === "text-delta" ? part.text : "")).join("");
  };
  expect(await say("Where is my order?")).toMatch(/demo answer[\s\S]*“Where is my order\?”[\s\S]*4 words/);
  expect(await say("أين طلبي؟")).toMatch(/إجابة تجريبية[\s\S]*«أين طلبي؟»/);
});
