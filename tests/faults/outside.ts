import { createHash } from "node:crypto";
import { startHttpServer, startModelServer } from "@diwan/testkit";

/** A request for an effect, as it arrived. Times are Unix milliseconds. */
export type Arrival = { at: number; key: string; run: string; step: string; round: string };

/** What stands outside of the installation, and is never killed: a model, and a server that acts once per key. */
export type Outside = AsyncDisposable & {
  modelUrl: string;
  effectUrl: string;
  arrivals: Arrival[];
};

const words = "one kettle sang while two lamps watched over the harbour and nobody thought of the rain again".split(
  " ",
);

/** @param pieceMs  Between two words of a model's answer. */
export async function startOutside(pieceMs: number): Promise<Outside> {
  const model = await startModelServer(({ body }) => {
    const messages = body["messages"] as { content: string }[];
    return { text: answerTo(messages.at(-1)!.content), pieceMs };
  });
  const arrivals: Arrival[] = [];
  const effects = await startHttpServer(({ headers, body }) => {
    const [run = "", step = "", round = "", ...input] = body.toString("utf8").split("\n");
    const key = String(headers["idempotency-key"]);
    arrivals.push({ at: Date.now(), key, run, step, round });
    const result = digest([step, round, ...input].join("\n")).slice(0, 8);
    return {
      body: `${step}-${result}`,
      headers: { "content-type": "text/plain" },
      delayMs: 20 + (arrivals.length % 7) * 30,
    };
  });
  return {
    modelUrl: model.url,
    effectUrl: effects.url,
    arrivals,
    async [Symbol.asyncDispose]() {
      await model[Symbol.asyncDispose]();
      await effects[Symbol.asyncDispose]();
    },
  };
}

/** The same words for the same prompt, in pieces. */
function answerTo(prompt: string): string[] {
  const hash = Buffer.from(digest(prompt), "hex");
  return Array.from({ length: 12 + (hash[0]! % 20) }, (_, place) => `${words[hash[place % 32]! % words.length]!} `);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
