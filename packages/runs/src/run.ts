import type { FinalRunStatus, ModelUsage, RunError, RunQueueName, RunStatus } from "@diwan/contracts";
import type {
  AccountId,
  AppId,
  AppVersionId,
  ConversationId,
  EndUserId,
  MessageId,
  RunId,
  WorkspaceId,
} from "@diwan/kernel";
import type { Value } from "@diwan/workflow";

/** Who asked for a run: a person in the console, or somebody outside through a key. */
export type RunCaller =
  | { type: "account"; id: AccountId; name: string; email: string }
  | { type: "end-user"; id: EndUserId; user: string };

/** A run made from an earlier one: it goes on from a step of it, or repeats it with its recorded answers. */
export type RunRepeat = { kind: "retry" | "replay"; of: RunId };

export type RunTrigger = "console" | "api" | "cli";

/** One execution of one version of an app; a chat turn is a run too. Times are Unix milliseconds. */
export type Run = {
  id: RunId;
  workspaceId: WorkspaceId;
  appId: AppId;
  versionId: AppVersionId;
  versionNumber: number;
  mode: "workflow" | "advanced-chat";
  trigger: RunTrigger;
  queue: RunQueueName;
  status: RunStatus;
  caller: RunCaller;
  /** Validated against the start step's fields. */
  inputs: Record<string, Value>;
  query: string | null;
  files: Value[];
  conversationId: ConversationId | null;
  messageId: MessageId | null;
  dialogueCount: number;
  outputs: Record<string, Value>;
  /** What was streamed as the reply. */
  answer: string;
  error: RunError | null;
  usage: ModelUsage | null;
  totalSteps: number;
  exceptionsCount: number;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  elapsedMs: number | null;
  stopRequestedBy: RunCaller | null;
  repeats: RunRepeat | null;
};

/** A run as lists show it, without what it was given and what it gave, which may be large. */
export type ListedRun = Omit<Run, "inputs" | "query" | "files" | "outputs" | "answer">;

/** The part of a run that its execution writes, as it is before any of it. */
export function atTheStart() {
  return {
    status: "queued",
    outputs: {},
    answer: "",
    error: null,
    usage: null,
    totalSteps: 0,
    exceptionsCount: 0,
    startedAt: null,
    finishedAt: null,
    elapsedMs: null,
    stopRequestedBy: null,
    repeats: null,
  } satisfies Partial<Run>;
}

export function hasEnded(run: Run): run is Run & { status: FinalRunStatus } {
  return run.status !== "queued" && run.status !== "running" && run.status !== "paused";
}
