/** What a scripted model does with one request. Later fields act on top of earlier ones. */
export type ModelScript = {
  /** Pieces of the answer, streamed one by one. */
  text?: readonly string[];
  /** Pieces of reasoning, streamed before the text as `reasoning_content`. */
  reasoning?: readonly string[];
  toolCalls?: readonly { id: string; name: string; arguments: string }[];
  finishReason?: string;
  /** Left out, the server counts pieces; null sends none. */
  usage?: { prompt: number; completion: number } | null;
  /** Before the first byte of the answer. */
  delayMs?: number;
  /** Between two pieces. */
  pieceMs?: number;
  /** Answers with this status and OpenAI's error shape instead. */
  error?: { status: number; message: string; retryAfterSeconds?: number };
  /** Cuts the connection after this many pieces. */
  cutAfter?: number;
  /** Ends the stream properly, but without a finish reason, after this many pieces. */
  endAfter?: number;
  /** Sends this as the body, whatever was asked. */
  raw?: string;
  /** Accepts the request and never answers. */
  hang?: boolean;
};

/** A request as the server saw it. */
export type SeenRequest = {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown>;
};

/** The script for a request; undefined falls to the server's default, an echo of the last message. */
export type Scripting = (request: SeenRequest, number: number) => ModelScript | undefined;

/** Cuts a text where a model would: after each word. */
export function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

export function echo({ body }: SeenRequest): ModelScript {
  const messages = Array.isArray(body["messages"]) ? (body["messages"] as { content?: unknown }[]) : [];
  const asked = messages.at(-1)?.content ?? body["prompt"] ?? "";
  return { text: words(`You said: ${typeof asked === "string" ? asked : JSON.stringify(asked)}`) };
}
