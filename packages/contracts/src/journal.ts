import { z } from "zod";
import { WireObject, WireValue } from "./json.ts";
import { ModelUsage } from "./usage.ts";

/**
 * Where in nested containers a step ran: `[containerNodeId, index]` pairs from the outside in, `[]` for the run's own
 * graph.
 */
export const FramePath = z.array(z.tuple([z.string(), z.number().int()]));
export type FramePath = z.infer<typeof FramePath>;

/** Why a step failed: `type` is the class name that clients know, `code` ours. */
export const StepError = z.object({ type: z.string(), code: z.string(), message: z.string() });
export type StepError = z.infer<typeof StepError>;

/** Which step an entry is about. */
const stepFields = {
  stepId: z.string(),
  nodeId: z.string(),
  frame: FramePath,
  /** 1 for the first try. */
  attempt: z.number().int(),
  /** Position among the run's step starts, from 1. */
  index: z.number().int(),
};

/**
 * A worker begins to drive the run: the first, one that takes it over, or one that goes on after a pause. What the run's
 * variables hold from elsewhere is written down, so that the journal alone gives the run's state.
 */
export const RunBegun = z.object({
  kind: z.literal("begun"),
  reason: z.enum(["initial", "takeover", "resumption"]),
  at: z.number(),
  /** For every random number of the run. */
  seed: z.string(),
  /** Values of the conversation's variables, by name. */
  conversation: WireObject,
});
export type RunBegun = z.infer<typeof RunBegun>;

/** A step whose outcome other systems may see has begun; written before it starts. */
export const StepStarted = z.object({
  kind: z.literal("started"),
  ...stepFields,
  /** Unix milliseconds. */
  at: z.number(),
});
export type StepStarted = z.infer<typeof StepStarted>;

/** A container has begun to go through its rounds. */
export const ContainerOpened = z.object({ kind: z.literal("opened"), ...stepFields, at: z.number() });
export type ContainerOpened = z.infer<typeof ContainerOpened>;

/** What people are asked for while a run is paused. Keys are those that clients know. */
export const FormInput = z.looseObject({ type: z.string(), output_variable_name: z.string() });
export const FormAction = z.object({ id: z.string(), title: z.string(), button_style: z.string() });

/** Why a step waits: a person has to fill a form in. Times are Unix milliseconds. */
export const PauseReason = z.object({
  type: z.literal("human-input"),
  formId: z.string(),
  /** Lets its holder answer; null where the form is delivered in other ways than to the caller. */
  token: z.string().nullable(),
  nodeTitle: z.string(),
  content: z.string(),
  inputs: z.array(FormInput),
  actions: z.array(FormAction),
  resolvedDefaults: z.record(z.string(), z.string()),
  /** When the step goes on without an answer. */
  expiresAt: z.number(),
});
export type PauseReason = z.infer<typeof PauseReason>;

/** What a step that waited goes on with. */
export const PauseAnswer = z.discriminatedUnion("type", [
  z.object({ type: z.literal("submitted"), action: z.string(), inputs: WireObject }),
  z.object({ type: z.literal("timed-out") }),
]);
export type PauseAnswer = z.infer<typeof PauseAnswer>;

export const StepWaiting = z.object({
  kind: z.literal("waiting"),
  ...stepFields,
  at: z.number(),
  startedAt: z.number(),
  reason: PauseReason,
});
export type StepWaiting = z.infer<typeof StepWaiting>;

export const StepAnswered = z.object({
  kind: z.literal("answered"),
  nodeId: z.string(),
  frame: FramePath,
  at: z.number(),
  answer: PauseAnswer,
});
export type StepAnswered = z.infer<typeof StepAnswered>;

/** What a step was answered by something outside: kept so that a replay needs nobody. */
export const RecordedCall = z.object({
  port: z.string(),
  /** Tells the request from others that the step could have made. */
  request: z.string(),
  answer: WireValue,
});
export type RecordedCall = z.infer<typeof RecordedCall>;

/** Text that a step streamed; `text` is left out where it equals the step's output of that name. */
export const StepStream = z.object({ name: z.string(), text: z.string().optional() });
export type StepStream = z.infer<typeof StepStream>;

/** A variable that a step wrote besides its outputs: of the conversation, or of the loop it runs in. */
export const VariableWrite = z.object({ selector: z.tuple([z.string(), z.string()]), value: WireValue });
export type VariableWrite = z.infer<typeof VariableWrite>;

/**
 * How one attempt at a step ended. `exception` is a failure that the step's error strategy handled, `retried` one that
 * another attempt follows.
 */
export const StepSettled = z.object({
  kind: z.literal("settled"),
  ...stepFields,
  nodeType: z.string(),
  title: z.string(),
  status: z.enum(["succeeded", "failed", "exception", "retried"]),
  /** The source handle the step chose; null where every outgoing edge is taken. */
  branch: z.string().nullable(),
  inputs: WireObject,
  processData: WireObject,
  outputs: WireObject,
  error: StepError.nullable(),
  usage: ModelUsage.nullable(),
  metadata: WireObject,
  streams: z.array(StepStream),
  /** In the order in which they were made; left out where there are none. */
  writes: z.array(VariableWrite).optional(),
  calls: z.array(RecordedCall).optional(),
  /** Of containers: how many rounds clients are told of. */
  rounds: z.number().int().optional(),
  /** Unix milliseconds, fractions allowed. */
  startedAt: z.number(),
  finishedAt: z.number(),
});
export type StepSettled = z.infer<typeof StepSettled>;

/** A run's history is the append-only list of these; the state of a run is the fold of its journal. */
export const JournalEntry = z.discriminatedUnion("kind", [
  RunBegun,
  StepStarted,
  ContainerOpened,
  StepWaiting,
  StepAnswered,
  StepSettled,
]);
export type JournalEntry = z.infer<typeof JournalEntry>;
