import { type ModelUsage, noUsage } from "@diwan/contracts";

/** What a call used; `startedAt` and `firstTokenAt` are `performance.now()` milliseconds. */
export function usageOf(
  tokens: { prompt: number; completion: number },
  startedAt: number,
  firstTokenAt: number | undefined,
  now: number,
): ModelUsage {
  return {
    ...noUsage,
    prompt_tokens: tokens.prompt,
    completion_tokens: tokens.completion,
    total_tokens: tokens.prompt + tokens.completion,
    latency: seconds(now - startedAt),
    time_to_first_token: firstTokenAt === undefined ? null : seconds(firstTokenAt - startedAt),
    time_to_generate: firstTokenAt === undefined ? null : seconds(now - firstTokenAt),
  };
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
