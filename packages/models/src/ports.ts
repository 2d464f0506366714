import type { ModelUsage } from "@diwan/contracts";
import type { WorkspaceScope } from "@diwan/kernel";

export type { DataKeyStore, WrappedDataKey } from "@diwan/workspaces";

export type ContentPart =
  | { type: "text"; text: string }
  | { type: "file"; mediaType: string; data: string | URL; detail?: "low" | "high" };

export type ModelMessage = { role: "system" | "user" | "assistant"; content: string | ContentPart[] };

export type ModelRequest = {
  provider: string;
  model: string;
  /** `completion` models take one text; their messages hold a single user message. */
  mode: "chat" | "completion";
  messages: ModelMessage[];
  /** Parameters of the app file as they are (`temperature`, `max_tokens`, …). */
  parameters: Record<string, unknown>;
  stop: string[];
  /** JSON Schema that the answer must fit. */
  responseSchema?: unknown;
  /** What the model may call instead of answering; chat models only. */
  tools?: ModelTool[];
};

/** `parameters` is the JSON Schema of an object. */
export type ModelTool = { name: string; description: string; parameters: unknown };

export type ModelPart =
  | { type: "text-delta"; text: string }
  | { type: "reasoning-delta"; text: string }
  /** A whole call; `arguments` is JSON as the model wrote it, so it may be broken. */
  | { type: "tool-call"; id: string; name: string; arguments: string }
  | { type: "usage"; usage: ModelUsage; estimated: boolean }
  | { type: "finish"; reason: string };

export type ModelCall = { signal: AbortSignal; runId: string; stepId: string; attempt: number };

/**
 * The one way to a model. Parts come in order: deltas, tool calls, one `usage`, `finish`; errors are thrown as `model.*`.
 * Aborting the signal closes the connection.
 */
export type ModelPort = {
  stream(scope: WorkspaceScope, request: ModelRequest, call: ModelCall): AsyncIterable<ModelPart>;
};

/** How a workspace reaches one provider. */
export type ModelProviderSettings = { provider: string; baseUrl: string; updatedAt: number };

/** Provider settings and sealed keys. */
export type ModelProviderStore = {
  list(scope: WorkspaceScope): Promise<(ModelProviderSettings & { sealedKey: string | null; keyHint: string })[]>;
  put(
    scope: WorkspaceScope,
    settings: ModelProviderSettings & { sealedKey: string | null; keyHint: string },
  ): Promise<void>;
  remove(scope: WorkspaceScope, provider: string): Promise<boolean>;
};
