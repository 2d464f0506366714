import type { ModelUsage, PauseAnswer, PauseReason, StepError, StepStream, VariableWrite } from "@diwan/contracts";
import type { z } from "zod";
import type { Value } from "./values/index.ts";
import type { TemplateSegment } from "./variables/text-template.ts";
import type { VariablePool } from "./variables/variable-pool.ts";

/**
 * How a node takes part in the graph: a root starts a run, a branch chooses one handle, a response node writes to the
 * reply, a container runs a graph of its own for each of its rounds.
 */
export type NodeKind = "root" | "branch" | "response" | "container" | "executable";

/** What a node gives back. Failing and waiting are normal events in a workflow, so they are values. */
export type Outcome = Succeeded | Failed | Paused;

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
  /** Variables to set besides the outputs, in order. */
  writes?: VariableWrite[];
};

export type Failed = {
  status: "failed";
  error: StepError;
  /** What a step that failed has to show nevertheless. */
  outputs?: Record<string, Value>;
  inputs?: Record<string, Value>;
  processData?: Record<string, Value>;
  metadata?: Record<string, Value>;
  usage?: ModelUsage;
  streams?: StepStream[];
};

/** The step waits for an answer from outside; with one it runs again from its beginning. */
export type Paused = { status: "paused"; reason: PauseReason };

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
  /** From 1. */
  attempt: number;
  /** The same for every process that makes this attempt: what it sends abroad can be told from a repetition. */
  attemptId: string;
  /** What the step waited for, once it is there. */
  answer: PauseAnswer | undefined;
  /** Unix milliseconds; the same in an exact replay. */
  now(): number;
  /** At least 0 and below 1; the same in an exact replay. */
  random(): number;
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
  /** Of a container: how it goes through its rounds. Such a node is not run itself. */
  container?: ContainerDefinition<Settings>;
  /** Where it runs inside a loop, its round is the last. */
  endsRounds?: boolean;
  /** Of a response node: what it writes to the reply, in order. */
  template?(settings: Settings): TemplateSegment[];
  run(context: NodeContext<Settings>, ports: Ports): Outcome | Promise<Outcome>;
};

export type ContainerDefinition<Settings> = {
  /** How many rounds the settings ask for, where they say it, and in which field. */
  declaredRounds?(settings: Settings): { field: string; count: number };
  /** Begins to go through the rounds, or fails before the first. Pure: every fold of the journal does it anew. */
  open(context: {
    nodeId: string;
    settings: Settings;
    /** Of the graph that the container is a step of. */
    variables: VariablePool;
    /** Ids of all steps inside. */
    innerIds: readonly string[];
    /** Rounds that the installation allows one container. */
    maxRounds: number;
  }): Rounds | Failed;
};

/** The rounds of one container at work. */
export type Rounds = {
  /** What clients are told at the beginning: the inputs, and how many rounds there can be. */
  inputs: Record<string, Value>;
  length: number;
  /** Whether clients are told of this round's beginning. */
  isAnnounced(index: number): boolean;
  /** The next round to open now; undefined when none may be opened, for the moment or at all. */
  next(): { index: number; variables: VariablePool } | undefined;
  /** A round has nothing left to do. Rounds that run at the same time end in any order. */
  ended(round: EndedRound): void;
  /** Called once no round is open and `next` has none. `steps` is what clients are told under that name. */
  outcome(): (Succeeded | Failed) & { steps: number };
};

export type EndedRound = {
  index: number;
  /** The round's own, or the container's where they are shared. */
  variables: VariablePool;
  failure: StepError | undefined;
  /** A step that `endsRounds` ran. */
  isLast: boolean;
  durationMs: number;
  usage: ModelUsage;
};

/** Keeps the types of one definition while registries hold them erased. */
export function defineNode<Ports, Settings>(definition: NodeDefinition<Ports, Settings>): NodeDefinition<Ports> {
  return definition as unknown as NodeDefinition<Ports>;
}

/** A node whose steps are its rounds. */
export function defineContainer<Ports, Settings>(
  definition: Omit<NodeDefinition<Ports, Settings>, "kind" | "needs" | "run"> & {
    container: ContainerDefinition<Settings>;
  },
): NodeDefinition<Ports> {
  const run = () => {
    throw new Error("A container is gone through round by round.");
  };
  return defineNode<Ports, Settings>({ ...definition, kind: "container", needs: [], run });
}

export function succeed(outputs: Record<string, Value>, rest: Omit<Succeeded, "status" | "outputs"> = {}): Succeeded {
  return { status: "succeeded", outputs, ...rest };
}

export function fail(error: StepError, rest: Omit<Failed, "status" | "error"> = {}): Failed {
  return { status: "failed", error, ...rest };
}
