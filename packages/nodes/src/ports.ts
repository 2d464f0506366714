import type { HttpClient } from "@diwan/egress";
import type { ModelCall, ModelPart, ModelRequest } from "@diwan/models";
import type { FileValue } from "@diwan/workflow";
import type { CodeLimits } from "./code/limits.ts";
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
  /** Runs what authors wrote, apart from everything else. */
  code: CodeRunner;
  codeLimits: CodeLimits;
};

/** A place for programs that nobody trusts. */
export type CodeRunner = {
  /**
   * Runs one program to its end; one that fails is a result too.
   *
   * @throws sandbox.not-configured and sandbox.program-too-large (author); sandbox.unreachable, sandbox.busy,
   * sandbox.key-refused, sandbox.refused, sandbox.status and sandbox.answer-invalid (dependency); the signal's reason once it
   * is aborted.
   */
  run(program: CodeProgram, signal: AbortSignal): Promise<CodeResult>;
};

export type CodeProgram = {
  language: "python3" | "nodejs";
  /** All of it, its inputs included. */
  code: string;
  /** Hosts that it may reach, of those that the installation allows; all of these where it is left out. */
  allowedHosts?: readonly string[];
  /** Where it has less time than the sandbox gives. */
  timeoutMs?: number;
};

export type CodeResult = {
  stdout: string;
  stderr: string;
  /** Why it failed, as the sandbox puts it; "" where it did not. */
  error: string;
  exitCode: number;
  /** From the request to its answer, waiting for a place included. */
  elapsedMs: number;
  /** What the program had at its end, where the sandbox says it. */
  memoryBytes: number | null;
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
