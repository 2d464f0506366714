import type { ModelPart, ModelRequest } from "./ports.ts";

/** A request as a provider's code receives it: its names settled, its credential opened. */
export type ProviderCall = {
  request: ModelRequest;
  signal: AbortSignal;
  /** Goes to the provider's own log, so that its bill can be traced to a run. */
  trace: { runId: string; stepId: string; attempt: number };
};

/** One way to reach models: our request in, our parts out. Errors are thrown as `model.*`. */
export type Provider = { stream(call: ProviderCall): AsyncIterable<ModelPart> };
