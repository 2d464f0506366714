import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4Prompt, LanguageModelV4StreamPart, LanguageModelV4Usage } from "@ai-sdk/provider";
import { DiwanError } from "@diwan/kernel";
import { ModelErrors } from "../../errors.ts";
import type { ContentPart, ModelMessage, ModelPart, ModelRequest } from "../../ports.ts";
import type { Provider, ProviderCall } from "../../provider.ts";
import { countTokens } from "../../tokens.ts";
import { usageOf } from "../../usage.ts";
import { translateError } from "./translate-error.ts";
import { type Deadlines, withDeadlines } from "./with-deadlines.ts";

export type OpenAiCompatibleSettings = {
  /** The provider's name in messages. */
  label: string;
  baseUrl: string;
  apiKey: string | undefined;
  fetch: typeof fetch;
  deadlines: Deadlines;
};

/** The key under which the library takes parameters that go to the endpoint as they are. */
const PASS_THROUGH = "endpoint";

/** Any endpoint that speaks OpenAI's chat and text completions: OpenAI itself, LiteLLM, vLLM, Ollama and others. */
export function createOpenAiCompatibleProvider(settings: OpenAiCompatibleSettings): Provider {
  const endpoint = createOpenAICompatible({
    name: PASS_THROUGH,
    baseURL: settings.baseUrl,
    ...(settings.apiKey === undefined ? {} : { apiKey: settings.apiKey }),
    fetch: settings.fetch,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return {
    async *stream(call) {
      const { request } = call;
      const names = { provider: settings.label, model: request.model };
      const model =
        request.mode === "chat" ? endpoint.chatModel(request.model) : endpoint.completionModel(request.model);
      const startedAt = performance.now();
      const guarded = withDeadlines(call.signal, settings.deadlines);
      try {
        const { stream } = await model.doStream(optionsOf(call, guarded.signal));
        yield* translateParts(stream, request, names, startedAt, guarded.heard);
      } catch (error) {
        call.signal.throwIfAborted();
        if (guarded.silent()) throw ModelErrors.unreachable({ ...names, reason: guarded.silent()! });
        throw error instanceof DiwanError ? error : translateError(error, names);
      } finally {
        guarded.done();
      }
    },
  };
}

function optionsOf({ request }: ProviderCall, abortSignal: AbortSignal) {
  return {
    prompt: promptOf(request.messages),
    abortSignal,
    ...(request.stop.length === 0 ? {} : { stopSequences: request.stop }),
    ...(request.responseSchema === undefined
      ? {}
      : { responseFormat: { type: "json" as const, schema: request.responseSchema as object } }),
    providerOptions: { [PASS_THROUGH]: request.parameters as never },
  };
}

function promptOf(messages: readonly ModelMessage[]): LanguageModelV4Prompt {
  return messages.map(({ role, content }) => {
    if (role === "system") return { role, content: typeof content === "string" ? content : textOf(content) };
    if (role === "assistant") {
      return { role, content: [{ type: "text", text: typeof content === "string" ? content : textOf(content) }] };
    }
    const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
    return {
      role,
      content: parts.map((part) =>
        part.type === "text"
          ? part
          : {
              type: "file" as const,
              mediaType: part.mediaType,
              data:
                part.data instanceof URL
                  ? { type: "url" as const, url: part.data }
                  : { type: "data" as const, data: part.data },
            },
      ),
    };
  });
}

function textOf(parts: readonly ContentPart[]): string {
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

async function* translateParts(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  request: ModelRequest,
  names: { provider: string; model: string },
  startedAt: number,
  heard: () => void,
): AsyncGenerator<ModelPart> {
  let firstTokenAt: number | undefined;
  let answer = "";
  for await (const part of stream) {
    heard();
    switch (part.type) {
      case "text-delta":
      case "reasoning-delta":
        firstTokenAt ??= performance.now();
        answer += part.delta;
        yield { type: part.type, text: part.delta };
        break;
      case "error":
        throw translateError(part.error, names);
      case "finish": {
        // A stream that stops without saying why was cut on its way.
        if (part.finishReason.raw === undefined)
          throw ModelErrors.unavailable({ ...names, reason: "its answer was cut off" });
        const { tokens, estimated } = await tokensOf(part.usage, request, answer);
        yield { type: "usage", usage: usageOf(tokens, startedAt, firstTokenAt, performance.now()), estimated };
        yield { type: "finish", reason: part.finishReason.raw };
        break;
      }
      default:
    }
  }
}

async function tokensOf(usage: LanguageModelV4Usage, request: ModelRequest, answer: string) {
  const prompt = usage.inputTokens.total;
  const completion = usage.outputTokens.total;
  if (prompt !== undefined && completion !== undefined) return { tokens: { prompt, completion }, estimated: false };
  const asked = request.messages
    .map(({ content }) => (typeof content === "string" ? content : textOf(content)))
    .join("\n");
  return { tokens: { prompt: await countTokens(asked), completion: await countTokens(answer) }, estimated: true };
}
