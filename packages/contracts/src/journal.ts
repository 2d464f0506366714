import { z } from "zod";
import { WireObject } from "./json.ts";
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

/** A step whose outcome other systems may see has begun; written before it starts. */
export const StepStarted = z.object({
  kind: z.literal("started"),
  stepId: z.string(),
  nodeId: z.string(),
  frame: FramePath,
  /** 1 for the first try. */
  attempt: z.number().int(),
  /** Position among the run's step starts, from 1. */
  index: z.number().int(),
  /** Unix milliseconds. */
  at: z.number(),
});
export type StepStarted = z.infer<typeof StepStarted>;

/** Text that a step streamed; `text` is left out where it equals the step's output of that name. */
export const StepStream = z.object({ name: z.string(), text: z.string().optional() });
export type StepStream = z.infer<typeof StepStream>;

/**
 * How one attempt at a step ended. `exception` is a failure that the step's error strategy handled, `retried` one that
 * another attempt follows.
 */
export const StepSettled = z.object({
  kind: z.literal("settled"),
  stepId: z.string(),
  nodeId: z.string(),
  nodeType: z.string(),
  title: z.string(),
  frame: FramePath,
  attempt: z.number().int(),
  index: z.number().int(),
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
  /** Unix milliseconds, fractions allowed. */
  startedAt: z.number(),
  finishedAt: z.number(),
});
export type StepSettled = z.infer<typeof StepSettled>;

/** A run's history is the append-only list of these; the state of a run is the fold of its journal. */
export const JournalEntry = z.discriminatedUnion("kind", [StepStarted, StepSettled]);
export type JournalEntry = z.infer<typeof JournalEntry>;
