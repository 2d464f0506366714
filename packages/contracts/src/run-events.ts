import { z } from "zod";
import { FramePath, PauseReason, StepSettled } from "./journal.ts";
import { WireObject } from "./json.ts";
import { ModelUsage } from "./usage.ts";

export const RunStatus = z.enum(["queued", "running", "succeeded", "failed", "stopped", "partial-succeeded", "paused"]);
export type RunStatus = z.infer<typeof RunStatus>;

export const FinalRunStatus = z.enum(["succeeded", "failed", "stopped", "partial-succeeded"]);
export type FinalRunStatus = z.infer<typeof FinalRunStatus>;

/** Why a run failed, and at which node where one is to blame. */
export const RunError = z.object({ code: z.string(), message: z.string(), nodeId: z.string().nullable() });
export type RunError = z.infer<typeof RunError>;

const RunStarted = z.object({
  type: z.literal("run.started"),
  workflowId: z.string(),
  /** The user's inputs and the system variables as `sys.<name>`. */
  inputs: WireObject,
  reason: z.enum(["initial", "resumption"]),
  at: z.number(),
});

const StepStartedEvent = z.object({
  type: z.literal("step.started"),
  stepId: z.string(),
  nodeId: z.string(),
  nodeType: z.string(),
  title: z.string(),
  frame: FramePath,
  /** The type of the container whose round it runs in. */
  containerType: z.string().nullable(),
  attempt: z.number().int(),
  index: z.number().int(),
  at: z.number(),
});

const ContainerStarted = z.object({
  type: z.literal("container.started"),
  stepId: z.string(),
  nodeId: z.string(),
  nodeType: z.string(),
  title: z.string(),
  frame: FramePath,
  index: z.number().int(),
  at: z.number(),
  inputs: WireObject,
  /** How many rounds there can be. */
  length: z.number().int(),
});

const RoundStarted = z.object({
  type: z.literal("round.started"),
  nodeId: z.string(),
  nodeType: z.string(),
  title: z.string(),
  frame: FramePath,
  /** From 0. */
  round: z.number().int(),
  at: z.number(),
});

/** Steps of containers have the type `iteration` or `loop`. */
const StepFinishedEvent = z.object({ type: z.literal("step.finished"), step: StepSettled });

/** `retryIndex` counts from 1. */
const StepRetriedEvent = z.object({ type: z.literal("step.retried"), step: StepSettled, retryIndex: z.number().int() });

/** A piece of the reply in its final order; `selector` names the variable it came from, null for a template's own text. */
const TextDelta = z.object({
  type: z.literal("text-delta"),
  text: z.string(),
  selector: z.array(z.string()).nullable(),
});

/** The reply so far is this text, whatever was sent before. */
const TextReplaced = z.object({ type: z.literal("text-replaced"), text: z.string(), reason: z.string() });

const ReasoningDelta = z.object({
  type: z.literal("reasoning-delta"),
  nodeId: z.string(),
  text: z.string(),
  final: z.boolean(),
});

/** A step waits for a person. */
const FormRequired = z.object({ type: z.literal("form.required"), nodeId: z.string(), reason: PauseReason });

/** Nothing of the run is at work until a form is answered or expires. */
const RunPaused = z.object({
  type: z.literal("run.paused"),
  waiting: z.array(z.object({ nodeId: z.string(), reason: PauseReason })),
  outputs: WireObject,
  /** What was said so far. */
  answer: z.string(),
  usage: ModelUsage,
  createdAt: z.number(),
  elapsedMs: z.number(),
  totalSteps: z.number(),
});

const FormFilled = z.object({
  type: z.literal("form.filled"),
  nodeId: z.string(),
  nodeTitle: z.string(),
  content: z.string(),
  actionId: z.string(),
  actionTitle: z.string(),
  inputs: WireObject,
});

const FormTimedOut = z.object({
  type: z.literal("form.timed-out"),
  nodeId: z.string(),
  nodeTitle: z.string(),
  expiresAt: z.number(),
});

const RunFinished = z.object({
  type: z.literal("run.finished"),
  workflowId: z.string(),
  status: FinalRunStatus,
  outputs: WireObject,
  /** The concatenation of all text deltas, as a chat message stores it. */
  answer: z.string(),
  error: RunError.nullable(),
  createdAt: z.number(),
  finishedAt: z.number(),
  elapsedMs: z.number(),
  totalTokens: z.number(),
  totalSteps: z.number(),
  exceptionsCount: z.number(),
  usage: ModelUsage,
});

/** What happens in a run, as workers publish it and apis relay it. */
export const RunEvent = z.discriminatedUnion("type", [
  RunStarted,
  StepStartedEvent,
  StepFinishedEvent,
  StepRetriedEvent,
  ContainerStarted,
  RoundStarted,
  FormRequired,
  RunPaused,
  FormFilled,
  FormTimedOut,
  TextDelta,
  TextReplaced,
  ReasoningDelta,
  RunFinished,
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type RunFinished = z.infer<typeof RunFinished>;

/** `seq` counts a run's events from 1, without gaps, and is the same for every reader. */
export type SequencedRunEvent = { seq: number; event: RunEvent };
