import type { ModelCall, ModelPart, ModelRequest } from "@diwan/models";

/** What nodes may reach beyond the run's variables, already bound to the run's workspace. */
export type NodePorts = {
  models: {
    stream(request: ModelRequest, call: Pick<ModelCall, "signal" | "stepId" | "attempt">): AsyncIterable<ModelPart>;
    /** Tokens of a text, for trimming history where the model does not say. */
    countTokens(text: string): Promise<number>;
  };
  /** The conversation a chat turn belongs to; its history is empty elsewhere. */
  conversation: {
    /** Finished turns before this one, oldest first, at most the newest `limit`. */
    history(limit: number): Promise<{ query: string; answer: string }[]>;
  };
};
