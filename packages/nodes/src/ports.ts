import type { HttpClient } from "@diwan/egress";
import type { ModelCall, ModelPart, ModelRequest } from "@diwan/models";
import type { FileValue } from "@diwan/workflow";
import type { HttpLimits } from "./http-request/limits.ts";

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
  /** The door to the outside, for what authors call. */
  http: HttpClient;
  httpLimits: HttpLimits;
  files: RunFiles;
  forms: {
    /** A secret that lets its holder answer a form. */
    newToken(): string;
  };
  documents: DocumentReader;
};

/** Files by the values that stand for them, wherever their bytes lie. */
export type RunFiles = {
  /**
   * @throws file.not-found (author), file.too-large (author) past `maxBytes`, egress.blocked (author) and egress.failed
   * (dependency) for those that lie elsewhere.
   */
  read(file: FileValue, options: { maxBytes: number; signal: AbortSignal }): Promise<Uint8Array>;
  /** Keeps bytes that a step made; `id` makes a second call for the same attempt the same file. */
  save(file: { id: string; name: string; mimeType: string; bytes: Uint8Array }): Promise<FileValue>;
};

/** Text of office and PDF files. */
export type DocumentReader = {
  /**
   * @param extension  With its dot, lower case.
   * @returns Undefined for formats it does not read.
   * @throws document.unreadable (author) for a file that is damaged or locked.
   */
  read(bytes: Uint8Array, extension: string, signal: AbortSignal): Promise<string | undefined>;
};
