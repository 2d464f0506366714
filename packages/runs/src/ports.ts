import type {
  FinalRunStatus,
  JournalEntry,
  ModelUsage,
  RunError,
  RunEvent,
  RunQueueName,
  SequencedRunEvent,
} from "@diwan/contracts";
import type { AppId, AppVersionId, ConversationId, EndUserId, MessageId, RunId, WorkspaceScope } from "@diwan/kernel";
import type { Value } from "@diwan/workflow";
import type { Run, RunCaller } from "./run.ts";

/** What a run ends with; written together with its status. */
export type RunSettlement = {
  status: FinalRunStatus;
  outputs: Record<string, Value>;
  answer: string;
  error: RunError | null;
  usage: ModelUsage;
  totalSteps: number;
  exceptionsCount: number;
  finishedAt: number;
  /** Active time: queued and paused time left out. */
  elapsedMs: number;
};

export type ClaimedRun = {
  run: Run;
  /** Counts takeovers: 1 for the first worker. */
  attempt: number;
  journal: JournalEntry[];
};

/** What a worker learns each time it shows that it still works on a run. */
export type LeaseState = "held" | "lost" | "stop-requested";

export type RunPage = { runs: Run[]; nextCursor: string | null };

/** Runs and their journals. Every method sees the rows of one workspace only. */
export type RunStore = {
  /**
   * Records a queued run. For a chat turn its message too, in the same transaction. With a lease the run is claimed in
   * the same breath: it is `running` and held by the lease's owner, as after a first `claim`.
   */
  insert(scope: WorkspaceScope, run: Run, lease?: Lease): Promise<void>;
  find(scope: WorkspaceScope, runId: RunId): Promise<Run | undefined>;
  /** Newest first. `cursor` is what the previous page gave. */
  list(scope: WorkspaceScope, appId: AppId, page: { cursor?: string; limit: number }): Promise<RunPage>;
  readJournal(scope: WorkspaceScope, runId: RunId): Promise<JournalEntry[]>;
  /**
   * Takes a run that nobody holds: queued, or running with an expired lease. Of several callers one gets it, the others
   * get undefined. The run is `running` afterwards.
   */
  claim(scope: WorkspaceScope, runId: RunId, lease: Lease): Promise<ClaimedRun | undefined>;
  /** Extends the lease; `lost` when another worker has taken the run or it is settled. */
  heartbeat(scope: WorkspaceScope, runId: RunId, lease: Lease): Promise<LeaseState>;
  /**
   * Appends entries at `position` (0 for the first entry of a run).
   *
   * @throws run.lease-lost (dependency) when `owner` does not hold the run, with nothing written.
   */
  appendJournal(
    scope: WorkspaceScope,
    runId: RunId,
    owner: string,
    position: number,
    entries: readonly JournalEntry[],
  ): Promise<void>;
  /**
   * Settles a run with its outputs and totals, appends the last journal entries, and completes the message of a chat
   * turn, in one transaction. False when it was settled already or `owner` lost it; then nothing is written.
   */
  settle(
    scope: WorkspaceScope,
    runId: RunId,
    owner: string,
    settlement: RunSettlement,
    last: { position: number; entries: readonly JournalEntry[] },
  ): Promise<boolean>;
  /** Asks whoever works on the run to stop it; a queued run is settled `stopped` at once. False for a run that has ended. */
  requestStop(scope: WorkspaceScope, runId: RunId, by: RunCaller, at: number): Promise<boolean>;
  /** Gives a held run back to the queue, for a worker that shuts down. */
  release(scope: WorkspaceScope, runId: RunId, owner: string): Promise<void>;
};

export type Lease = { owner: string; now: number; expiresAt: number };

export type AbandonedRun = {
  scope: WorkspaceScope;
  runId: RunId;
  queue: RunQueueName;
  /** Takeovers since the journal last grew. */
  fruitlessTakeovers: number;
  /** Since when it waits for a worker: when it was recorded, or given back by one. */
  queuedAt: number;
  state: "queued" | "running";
};

/** The reaper's view over all workspaces: runs that nobody works on. */
export type AbandonedRuns = {
  /**
   * Running runs whose lease expired before `now`, and queued ones older than `queuedBefore` (their job may be lost).
   */
  find(now: number, queuedBefore: number, limit: number): Promise<AbandonedRun[]>;
  /** Settles a run that nobody holds as failed; false when somebody took it meanwhile. */
  fail(run: AbandonedRun, error: RunError, at: number): Promise<boolean>;
};

/** Leaves work for workers. A job may be delivered more than once. */
export type RunQueue = {
  enqueue(queue: RunQueueName, job: { scope: WorkspaceScope; runId: RunId }): Promise<void>;
  /**
   * For a run that nobody works on: makes sure that it has a job, also where the one it had was lost with its worker. A
   * job that still waits keeps its place.
   */
  offerAgain(queue: RunQueueName, job: { scope: WorkspaceScope; runId: RunId }): Promise<void>;
};

/** Places of a worker in this same process. A run that finds one free is driven at once, without a job. */
export type LocalSlots = {
  /** Takes a free place; undefined when there is none, or others wait for one. */
  take(): LocalSlot | undefined;
};

export type LocalSlot = {
  lease(): Lease;
  /** Drives a run that was inserted under the lease, and gives the place back at its end. */
  drive(scope: WorkspaceScope, run: Run): void;
  giveBack(): void;
};

/**
 * The live events of runs. Kept for a while after the end, so a reader that was cut can go on.
 */
export type LiveEvents = {
  /**
   * Opens the stream for writing; `lastSeq` is the number of the last event of an earlier worker, 0 for none.
   *
   * @param above  Where events of earlier workers were lost with their process, numbers go on above this one: a reader
   * who had some of them then lacks none of the new ones.
   */
  open(runId: RunId, above?: number): Promise<LiveEventWriter>;
  /**
   * Events after `afterSeq` in order, past ones first, then new ones as they come; ends after `run.finished`.
   * Returns undefined when nothing is known of the run (never started here, or expired), after a moment in which one
   * that is about to begin may do so.
   */
  read(runId: RunId, afterSeq: number, signal: AbortSignal): Promise<AsyncIterable<SequencedRunEvent> | undefined>;
};

export type LiveEventWriter = {
  readonly lastSeq: number;
  /** Order is kept; resolves when the events are readable elsewhere. */
  append(events: readonly RunEvent[]): Promise<void>;
  /** No more events come; what is there stays readable for the retention time. */
  close(): Promise<void>;
};

/** Wakes whoever works on a run, from any process, faster than its next heartbeat. */
export type RunSignals = {
  stop(runId: RunId): Promise<void>;
  onStop(listener: (runId: RunId) => void): () => void;
};

/** The frozen document of a version, as the engine runs it. */
export type RunnableVersion = { id: AppVersionId; appId: AppId; documentText: string };

export type VersionStore = {
  find(scope: WorkspaceScope, versionId: AppVersionId): Promise<RunnableVersion | undefined>;
};

export type ConversationTurn = { query: string; answer: string };

export type Conversation = {
  id: ConversationId;
  appId: AppId;
  endUserId: EndUserId | null;
  name: string;
  /** Turns so far, the running one not counted. */
  dialogueCount: number;
  inputs: Record<string, Value>;
};

export type NewMessage = {
  id: MessageId;
  conversationId: ConversationId;
  runId: RunId;
  query: string;
  inputs: Record<string, Value>;
  createdAt: number;
};

/** Chat state: conversations, their finished turns and the values of their variables. */
export type ConversationStore = {
  insert(scope: WorkspaceScope, conversation: Conversation & { createdAt: number; caller: RunCaller }): Promise<void>;
  find(scope: WorkspaceScope, appId: AppId, conversationId: ConversationId): Promise<Conversation | undefined>;
  /** Finished turns, oldest first, at most the newest `limit`. */
  history(scope: WorkspaceScope, conversationId: ConversationId, limit: number): Promise<ConversationTurn[]>;
  /** Stored values by variable id; variables never stored are absent. */
  readVariables(scope: WorkspaceScope, conversationId: ConversationId): Promise<Record<string, Value>>;
  writeVariables(scope: WorkspaceScope, conversationId: ConversationId, values: Record<string, Value>): Promise<void>;
};

/** Who calls a published app from outside, by the opaque `user` they send. */
export type EndUserStore = {
  /** The end user of this app with this `user`; made on first use. `""` is the shared anonymous one. */
  findOrCreate(scope: WorkspaceScope, appId: AppId, user: string): Promise<{ id: EndUserId; user: string }>;
};
