import type { ModelPart } from "../../ports.ts";
import { eventLines } from "./event-lines.ts";
import { type ToolCallDelta, ToolCalls } from "./tool-calls.ts";

/** One piece of a streamed answer, as far as it is looked at. Endpoints differ in what they leave out. */
type Chunk = {
  choices?: {
    delta?: { content?: unknown; reasoning_content?: unknown; reasoning?: unknown; tool_calls?: unknown };
    text?: unknown;
    finish_reason?: unknown;
  }[];
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null;
  error?: { message?: unknown } | string;
};

/** What a stream tells besides its text. */
export type StreamEnd = {
  /** Undefined for a stream that was cut on its way. */
  finishReason: string | undefined;
  tokens: { prompt: number; completion: number } | undefined;
  toolCalls: ToolCalls;
};

export function emptyEnd(): StreamEnd {
  return { finishReason: undefined, tokens: undefined, toolCalls: new ToolCalls() };
}

/** The endpoint reports a failure in the middle of its answer. */
export class StreamedError extends Error {}

export type TextPart = Extract<ModelPart, { type: "text-delta" | "reasoning-delta" }>;

/**
 * Text and reasoning of a streamed answer, in groups as they arrive; a group is empty where a tool call grew. Written
 * for speed: this runs for every token of every run.
 *
 * @param end  Filled in while reading.
 * @throws StreamedError, SyntaxError for a line that is no JSON.
 */
export async function* readStream(body: AsyncIterable<Uint8Array>, end: StreamEnd): AsyncGenerator<TextPart[]> {
  for await (const lines of eventLines(body)) {
    const parts: TextPart[] = [];
    for (const line of lines) {
      if (line === "[DONE]" || line === "") continue;
      readChunk(JSON.parse(line) as Chunk, parts, end);
    }
    if (parts.length > 0 || !end.toolCalls.isEmpty) yield parts;
  }
}

function readChunk({ choices, usage, error }: Chunk, parts: TextPart[], end: StreamEnd): void {
  if (error !== undefined) throw new StreamedError(messageOf(error));
  if (usage) {
    const { prompt_tokens: prompt, completion_tokens: completion } = usage;
    if (typeof prompt === "number" && typeof completion === "number") end.tokens = { prompt, completion };
  }
  const choice = choices?.[0];
  if (choice === undefined) return;
  const { delta, text, finish_reason: reason } = choice;
  const reasoning = delta?.reasoning_content ?? delta?.reasoning;
  if (typeof reasoning === "string" && reasoning !== "") parts.push({ type: "reasoning-delta", text: reasoning });
  const content = delta?.content ?? text;
  if (typeof content === "string" && content !== "") parts.push({ type: "text-delta", text: content });
  if (Array.isArray(delta?.tool_calls)) end.toolCalls.add(delta.tool_calls as ToolCallDelta[]);
  if (typeof reason === "string") end.finishReason = reason;
}

function messageOf(error: NonNullable<Chunk["error"]>): string {
  if (typeof error === "string") return error;
  return typeof error.message === "string" ? error.message : "";
}

/** An endpoint that does not stream answers with one JSON body. */
export function readWhole(text: string, end: StreamEnd): TextPart[] {
  const { choices, usage, error } = JSON.parse(text) as Chunk & { choices?: { message?: object }[] };
  const parts: TextPart[] = [];
  const [choice] = (choices ?? []) as { message?: object; text?: unknown; finish_reason?: unknown }[];
  const delta = choice?.message as NonNullable<Chunk["choices"]>[number]["delta"];
  const whole = choice === undefined ? [] : [{ ...choice, ...(delta === undefined ? {} : { delta }) }];
  readChunk(
    { choices: whole, ...(usage === undefined ? {} : { usage }), ...(error === undefined ? {} : { error }) },
    parts,
    end,
  );
  return parts;
}
