import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { echo, type ModelScript, type Scripting, type SeenRequest } from "./script.ts";

export type ModelServer = AsyncDisposable & {
  /** Ends in `/v1`. */
  url: string;
  /** Everything asked so far. */
  requests: SeenRequest[];
  /** Replaces what the server does from now on. */
  script(scripting: Scripting | ModelScript): void;
  /** Requests whose client went away before the answer's end. */
  aborted(): number;
};

/** An OpenAI-compatible endpoint on loopback that answers by script: chat and text completions, streamed or whole. */
export async function startModelServer(scripting: Scripting | ModelScript = echo): Promise<ModelServer> {
  const requests: SeenRequest[] = [];
  let current: Scripting = asScripting(scripting);
  let aborted = 0;
  const server = createServer((request, response) => {
    response.on("close", () => {
      if (!response.writableFinished) aborted += 1;
    });
    respond(request, response, requests, (seen) => current(seen, requests.length) ?? echo(seen)).catch(() =>
      response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    script(next) {
      current = asScripting(next);
    },
    aborted: () => aborted,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function asScripting(scripting: Scripting | ModelScript): Scripting {
  return typeof scripting === "function" ? scripting : () => scripting;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  requests: SeenRequest[],
  scriptFor: (seen: SeenRequest) => ModelScript,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const seen: SeenRequest = {
    path: request.url ?? "",
    headers: request.headers,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
  requests.push(seen);
  if (seen.path.endsWith("/models")) {
    return sendJson(response, 200, { object: "list", data: [{ id: "scripted-large" }, { id: "scripted-small" }] });
  }
  const script = scriptFor(seen);
  if (script.hang === true) return;
  if (script.delayMs !== undefined) await sleep(script.delayMs);
  if (script.error !== undefined) return sendError(response, script.error);
  if (script.raw !== undefined) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(script.raw);
    return;
  }
  const chat = seen.path.endsWith("/chat/completions");
  if (seen.body["stream"] === true) await stream(response, script, chat, String(seen.body["model"]));
  else sendJson(response, 200, whole(script, chat, String(seen.body["model"])));
}

async function stream(response: ServerResponse, script: ModelScript, chat: boolean, model: string): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const frame = (choices: unknown[], rest: object = {}) =>
    response.write(
      `data: ${JSON.stringify({ id: "scripted", object: "chat.completion.chunk", created: 0, model, choices, ...rest })}\n\n`,
    );
  const delta = (part: object) => [{ index: 0, delta: part, finish_reason: null }];
  if (chat) frame(delta({ role: "assistant", content: "" }));
  let sent = 0;
  const pieces = [
    ...(script.reasoning ?? []).map((text) => delta({ reasoning_content: text })),
    ...(script.text ?? []).map((text) => (chat ? delta({ content: text }) : [{ index: 0, text, finish_reason: null }])),
    ...(script.toolCalls ?? []).map((call, index) =>
      delta({
        tool_calls: [
          { index, id: call.id, type: "function", function: { name: call.name, arguments: call.arguments } },
        ],
      }),
    ),
  ];
  for (const piece of pieces) {
    if (sent === script.cutAfter) {
      await flushed(response);
      response.destroy();
      return;
    }
    if (sent === script.endAfter) {
      response.end();
      return;
    }
    if (script.pieceMs !== undefined && sent > 0) await sleep(script.pieceMs);
    if (response.destroyed) return;
    frame(piece);
    sent += 1;
  }
  const finish = script.finishReason ?? (script.toolCalls === undefined ? "stop" : "tool_calls");
  frame([chat ? { index: 0, delta: {}, finish_reason: finish } : { index: 0, text: "", finish_reason: finish }]);
  const usage = usageOf(script);
  if (usage !== undefined) frame([], { usage });
  response.end("data: [DONE]\n\n");
}

async function flushed(response: ServerResponse): Promise<void> {
  // A cut that overtakes its own pieces would test nothing.
  await new Promise<void>((resolve) => response.write("", () => resolve()));
  await sleep(20);
}

function whole(script: ModelScript, chat: boolean, model: string): object {
  const text = (script.text ?? []).join("");
  const finish_reason = script.finishReason ?? "stop";
  const choice = chat
    ? { index: 0, message: { role: "assistant", content: text }, finish_reason }
    : { index: 0, text, finish_reason };
  return { id: "scripted", object: "chat.completion", created: 0, model, choices: [choice], usage: usageOf(script) };
}

function usageOf(script: ModelScript): object | undefined {
  if (script.usage === null) return undefined;
  const { prompt, completion } = script.usage ?? { prompt: 7, completion: script.text?.length ?? 0 };
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function sendError(
  response: ServerResponse,
  { status, message, retryAfterSeconds }: NonNullable<ModelScript["error"]>,
): void {
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  sendJson(response, status, { error: { message, type: "scripted_error", code: null, param: null } }, headers);
}

function sendJson(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
