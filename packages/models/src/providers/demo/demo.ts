import { setTimeout as sleep } from "node:timers/promises";
import type { Provider } from "../../provider.ts";
import { usageOf } from "../../usage.ts";
import { demoAnswer } from "./demo-answer.ts";

/** A word at a time, about as fast as a model writes. */
const WORD_MS = 28;

/** The model that needs no key. It is labelled as a demo wherever it shows. */
export function createDemoProvider(wordMs = WORD_MS): Provider {
  return {
    async *stream({ request, signal }) {
      const startedAt = performance.now();
      let firstTokenAt: number | undefined;
      const words = demoAnswer(request.messages).match(/\S+\s*/g) ?? [];
      for (const word of words) {
        if (wordMs > 0) await sleep(wordMs, undefined, { signal });
        signal.throwIfAborted();
        firstTokenAt ??= performance.now();
        yield { type: "text-delta", text: word };
      }
      const prompt = request.messages.reduce(
        (sum, { content }) => sum + JSON.stringify(content).split(/\s+/).length,
        0,
      );
      const usage = usageOf({ prompt, completion: words.length }, startedAt, firstTokenAt, performance.now());
      yield { type: "usage", usage, estimated: true };
      yield { type: "finish", reason: "stop" };
    },
  };
}
