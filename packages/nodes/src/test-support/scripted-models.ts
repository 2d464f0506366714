import { type ModelUsage, noUsage } from "@diwan/contracts";
import type { ModelPart, ModelRequest } from "@diwan/models";
import type { NodePorts } from "../ports.ts";

/** What a model says to one request: a text, calls of tools, or an error to throw. */
export type ScriptedAnswer = string | { calls: { name: string; arguments: string }[] } | Error;

export const scriptedUsage: ModelUsage = { ...noUsage, prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };

/** Models that say one answer after the other, the last again and again; `requests` fills with what they were asked. */
export function scriptedModels(answers: readonly ScriptedAnswer[], history: { query: string; answer: string }[] = []) {
  const requests: ModelRequest[] = [];
  const ports: Pick<NodePorts, "models" | "conversation" | "files"> = {
    models: {
      async *stream(request) {
        requests.push(request);
        const answer = answers[Math.min(requests.length, answers.length) - 1]!;
        if (answer instanceof Error) throw answer;
        yield* partsOf(answer);
      },
      countTokens: async (text) => text.length,
    },
    conversation: { history: async (limit) => history.slice(-limit) },
    // Every file holds the same.
    files: {
      read: async () => Buffer.from("pixels"),
      save: () => Promise.reject(new Error("Model steps save nothing.")),
    },
  };
  return { requests, ports };
}

function partsOf(answer: Exclude<ScriptedAnswer, Error>): ModelPart[] {
  const said: ModelPart[] =
    typeof answer === "string"
      ? [
          { type: "reasoning-delta", text: "hm" },
          ...[...answer].map((text): ModelPart => ({ type: "text-delta", text })),
        ]
      : answer.calls.map((call, place): ModelPart => ({ type: "tool-call", id: `call-${place}`, ...call }));
  return [...said, { type: "usage", usage: scriptedUsage, estimated: false }, { type: "finish", reason: "stop" }];
}
