import { DiwanError } from "@diwan/kernel";
import { type Dispatcher, request as httpRequest } from "undici";
import { ModelErrors } from "../../errors.ts";
import type { ModelPart, ModelRequest } from "../../ports.ts";
import type { Provider } from "../../provider.ts";
import { countTokens } from "../../tokens.ts";
import { usageOf } from "../../usage.ts";
import { readStream, readWhole, type StreamEnd, type TextPart } from "./read-stream.ts";
import { requestOf, textOf } from "./request-body.ts";
import { refusalOf, translateError } from "./translate-error.ts";
import { type Deadlines, withDeadlines } from "./with-deadlines.ts";

export type OpenAiCompatibleSettings = {
  /** The provider's name in messages. */
  label: string;
  baseUrl: string;
  apiKey: string | undefined;
  deadlines: Deadlines;
};

/** Any endpoint that speaks OpenAI's chat and text completions: OpenAI itself, LiteLLM, vLLM, Ollama and others. */
export function createOpenAiCompatibleProvider(settings: OpenAiCompatibleSettings): Provider {
  return {
    async *stream({ request, signal }) {
      const names = { provider: settings.label, model: request.model };
      const startedAt = performance.now();
      const guarded = withDeadlines(signal, settings.deadlines);
      const end: StreamEnd = { finishReason: undefined, tokens: undefined };
      let firstTokenAt: number | undefined;
      let answer = "";
      try {
        const response = await post(settings, request, guarded.signal);
        if (response.statusCode >= 400) throw await refusalOf(response, names);
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
        throw error instanceof DiwanError ? error : translateError(error, names);
      } finally {
        guarded.done();
      }
      yield await usagePart(end, request, answer, startedAt, firstTokenAt);
      yield { type: "finish", reason: end.finishReason };
    },
  };
}

function post({ baseUrl, apiKey }: OpenAiCompatibleSettings, request: ModelRequest, signal: AbortSignal) {
  const { path, body } = requestOf(request);
  return httpRequest(`${baseUrl}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify(body),
    signal,
    // Ours are the deadlines: the library's own would cut models that think for long.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

async function* partsOf({ headers, body }: Dispatcher.ResponseData, end: StreamEnd): AsyncGenerator<TextPart[]> {
  if (String(headers["content-type"] ?? "").includes("application/json")) yield readWhole(await body.text(), end);
  else yield* readStream(body, end);
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
