import type { ModelMessage } from "@diwan/models";
import type { Value } from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";
import type { MemoryField } from "./settings.ts";

/** Turns that are looked at where the step sets no window; more never fit into the tokens below. */
const MAX_TURNS = 250;
/** Tokens left for history where a model's context size is not known. */
const HISTORY_TOKENS = 2_000;

/** Messages of the earlier turns that a step remembers; none for a step without memory. */
export function rememberedMessages(
  ports: Pick<NodePorts, "models" | "conversation">,
  memory: MemoryField,
  parameters: Readonly<Record<string, Value>>,
): Promise<ModelMessage[]> {
  if (memory == null) return Promise.resolve([]);
  const windowSize = memory.window?.enabled === true ? (memory.window.size ?? null) : null;
  const maxTokens = typeof parameters["max_tokens"] === "number" ? parameters["max_tokens"] : 0;
  return historyMessages(ports, windowSize, maxTokens);
}

/**
 * Messages of earlier turns, oldest first: at most `windowSize` of them where the step sets a window, and no more than
 * fit into the tokens that are left for history.
 */
async function historyMessages(
  { conversation, models }: Pick<NodePorts, "models" | "conversation">,
  windowSize: number | null,
  maxTokens: number,
): Promise<ModelMessage[]> {
  const turns = await conversation.history(windowSize === null ? MAX_TURNS : Math.ceil(windowSize / 2));
  const messages = turns.flatMap(({ query, answer }): ModelMessage[] => [
    { role: "user", content: query },
    ...(answer === "" ? [] : [{ role: "assistant" as const, content: answer }]),
  ]);
  const kept = windowSize === null ? messages : messages.slice(-windowSize);
  // An answer allowed to be longer than the whole budget still leaves room for some history.
  let tokens = Math.max(HISTORY_TOKENS - maxTokens, HISTORY_TOKENS / 2);
  let from = kept.length;
  while (from > 0) {
    tokens -= await models.countTokens(String(kept[from - 1]!.content));
    if (tokens < 0) break;
    from -= 1;
  }
  return kept.slice(from);
}

/** History for a completion model, a line for each message. */
export function historyText(messages: readonly ModelMessage[], prefix: { user: string; assistant: string }): string {
  return messages
    .map(({ role, content }) => `${role === "assistant" ? prefix.assistant : prefix.user}: ${String(content)}`)
    .join("\n");
}
