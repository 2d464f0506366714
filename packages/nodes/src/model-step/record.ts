import type { ModelUsage } from "@diwan/contracts";
import type { ModelRequest } from "@diwan/models";
import type { Value } from "@diwan/workflow";

/** What a step's record shows of a model call, as clients know it. */
export function processDataOf(
  request: ModelRequest,
  { usage, finishReason }: { usage: ModelUsage | undefined; finishReason: string | null },
): Record<string, Value> {
  const prompts = request.messages.map(({ role, content }) => ({
    role,
    text:
      typeof content === "string"
        ? content
        : content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n"),
    files: [],
  }));
  return {
    model_mode: request.mode,
    prompts,
    usage: (usage ?? null) as Value,
    finish_reason: finishReason,
    model_provider: request.provider,
    model_name: request.model,
  };
}

export function metadataOf(usage: ModelUsage): Record<string, Value> {
  return { total_tokens: usage.total_tokens, total_price: usage.total_price, currency: usage.currency };
}
