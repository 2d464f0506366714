import type { ModelUsage, StepError, StepStream } from "@diwan/contracts";
import type { z } from "zod";
import type { Value } from "./values/index.ts";
import type { TemplateSegment } from "./variables/text-template.ts";
import type { VariablePool } from "./variables/variable-pool.ts";

/**
 * How a node takes part in the graph: a root starts a run, a branch chooses one handle, a response node writes to the
 * reply, a container runs a graph of its own for each of its rounds.
 */
export type NodeKind = "root" | "branch" | "response" | "container" | "executable";

/** What a node gives back. Failing is a normal event in a workflow, so it is a value. */
export type Outcome = Succeeded | Failed;

export type Succeeded = {
  status: "succeeded";
  outputs: Record<string, Value>;
  inputs?: Record<string, Value>;
  processData?: Record<string, Value>;
  metadata?: Record<string, Value>;
  usage?: ModelUsage;
  /** The handle a branch node chose. */
  branch?: string;
  /** Text streamed through `emit`, by output name; see `StepStream`. */
  streams?: StepStream[];
};

export type Failed = {
  status: "failed";
  error: StepError;
  inputs?: Record<string, Value>;
  processData?: Record<string, Value>;
  metadata?: Record<string, Value>;
  usage?: ModelUsage;
  streams?: StepStream[];
};

/** What a node streams while it works; `output` is the name of the variable the text belongs to. */
export type StreamPart =
  | { type: "text"; output: string; text: string; final: boolean }
  | { type: "reasoning"; text: string; final: boolean };

export type NodeContext<Settings> = {
  nodeId: string;
  title: string;
  settings: Settings;
  /** Read it; writing is the engine's, from the outcome. */
  variables: VariablePool;
  signal: AbortSignal;
  emit(part: StreamPart): void;
  stepId: string;
  attempt: number;
};

/**
 * One node type. `Raw` is what the app file holds, `Settings` what `run` receives: parsed, with templates compiled.
 */
export type NodeDefinition<Ports, Settings = unknown> = {
  type: string;
  version: number;
  kind: NodeKind;
  /** Parses `data` of the app file; its JSON Schema is what a form can be drawn from. */
  settings: z.ZodType<Settings>;
  /** The only ports that `run` receives. */
  needs: readonly (keyof Ports)[];
  /** Other systems may see that it ran: its start is written down before it begins. */
  hasOutsideEffects?: boolean;
  /** May be tried again by the file's `retry_config`. */
  retryable?: boolean;
  /** Of a response node: what it writes to the reply, in order. */
  template?(settings: Settings): TemplateSegment[];
  run(context: NodeContext<Settings>, ports: Ports): Outcome | Promise<Outcome>;
};

/** Keeps the types of one definition while registries hold them erased. */
export function defineNode<Ports, Settings>(definition: NodeDefinition<Ports, Settings>): NodeDefinition<Ports> {
  return definition as unknown as NodeDefinition<Ports>;
}

export function succeed(outputs: Record<string, Value>, rest: Omit<Succeeded, "status" | "outputs"> = {}): Succeeded {
  return { status: "succeeded", outputs, ...rest };
}

export function fail(error: StepError, rest: Omit<Failed, "status" | "error"> = {}): Failed {
  return { status: "failed", error, ...rest };
}
