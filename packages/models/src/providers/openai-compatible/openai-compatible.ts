import { type HttpClient, type HttpResponse, headerOf } from "@diwan/egress";
import { ModelErrors } from "../../errors.ts";
import type { ModelPart, ModelRequest } from "../../ports.ts";
import type { Provider } from "../../provider.ts";
import { countTokens } from "../../tokens.ts";
import { usageOf } from "../../usage.ts";
import { emptyEnd, readStream, readWhole, type StreamEnd, type TextPart } from "./read-stream.ts";
import { readText } from "./read-text.ts";
import { requestOf, textOf } from "./request-body.ts";
import { refusalOf, translateError } from "./translate-error.ts";
import { type Deadlines, withDeadlines } from "./with-deadlines.ts";

export type OpenAiCompatibleSettings = {
  /** The provider's name in messages. */
  label: string;
  baseUrl: string;
  apiKey: string | undefined;
  deadlines: Deadlines;
  http: HttpClient;
};

/** The longest answer that comes in one piece. */
const MAX_WHOLE_BYTES = 20_000_000;

/** Any endpoint that speaks OpenAI's chat and text completions: OpenAI itself, LiteLLM, vLLM, Ollama and others. */
export function createOpenAiCompatibleProvider(settings: OpenAiCompatibleSettings): Provider {
  return {
    async *stream({ request, signal }) {
      const names = { provider: settings.label, model: request.model };
      const startedAt = performance.now();
      const guarded = withDeadlines(signal, settings.deadlines);
      const end = emptyEnd();
      let firstTokenAt: number | undefined;
      let answer = "";
      try {
        const response = await post(settings, request, guarded.signal);
        if (response.status >= 400) throw await refusalOf(response, names);
        for await (const parts of partsOf(response, end)) {
          guarded.heard();
          firstTokenAt ??= performance.now();
          for (const part of parts) {
            answer += part.text;
            yield part;
          }
        }
        // A stream that stops without saying why was cut on its way.
        if (end.finishReason === undefined)
          throw ModelErrors.unavailable({ ...names, reason: "its answer was cut off" });
      } catch (error) {
        signal.throwIfAborted();
        const silence = guarded.silent();
        if (silence !== undefined) throw ModelErrors.unreachable({ ...names, reason: silence });
        throw translateError(error, names);
      } finally {
        guarded.done();
      }
      const calls = end.toolCalls.all();
      yield* calls;
      for (const call of calls) answer += call.name + call.arguments;
      yield await usagePart(end, request, answer, startedAt, firstTokenAt);
      yield { type: "finish", reason: end.finishReason };
    },
  };
}

function post({ http, baseUrl, apiKey }: OpenAiCompatibleSettings, request: ModelRequest, signal: AbortSignal) {
  const { path, body } = requestOf(request);
  return http.send({
    method: "POST",
    url: `${baseUrl}${path}`,
    headers: [
      ["content-type", "application/json"],
      ["accept", "text/event-stream"],
      // What is compressed on its way comes in larger pieces, later.
      ["accept-encoding", "identity"],
      ...authorization(apiKey),
    ],
    body: Buffer.from(JSON.stringify(body)),
    // Ours are the deadlines: fixed ones would cut models that think for long.
    timeouts: { connectMs: 0, readMs: 0, writeMs: 0, totalMs: 0 },
    maxRedirects: 0,
    verifyTls: true,
    signal,
  });
}

export function authorization(apiKey: string | undefined): [string, string][] {
  return apiKey === undefined ? [] : [["authorization", `Bearer ${apiKey}`]];
}

async function* partsOf(response: HttpResponse, end: StreamEnd): AsyncGenerator<TextPart[]> {
  const whole = headerOf(response, "content-type")?.includes("application/json") === true;
  if (whole) yield readWhole(await readText(response.body, MAX_WHOLE_BYTES), end);
  else yield* readStream(response.body, end);
}

/** Where the endpoint does not count, we do, and say so. */
async function usagePart(
  { tokens }: StreamEnd,
  request: ModelRequest,
  answer: string,
  startedAt: number,
  firstTokenAt: number | undefined,
): Promise<ModelPart> {
  const now = performance.now();
  if (tokens !== undefined)
    return { type: "usage", usage: usageOf(tokens, startedAt, firstTokenAt, now), estimated: false };
  const asked = request.messages.map(({ content }) => textOf(content)).join("\n");
  const counted = { prompt: await countTokens(asked), completion: await countTokens(answer) };
  return { type: "usage", usage: usageOf(counted, startedAt, firstTokenAt, now), estimated: true };
}
