import type {
  FinalRunStatus,
  JournalEntry,
  ModelUsage,
  PauseAnswer,
  PauseReason,
  RunError,
  RunEvent,
  RunQueueName,
  RunStatus,
  SequencedRunEvent,
} from "@diwan/contracts";
import type { AppId, AppVersionId, ConversationId, EndUserId, MessageId, RunId, WorkspaceScope } from "@diwan/kernel";
import type { Value } from "@diwan/workflow";
import type { ListedRun, Run, RunCaller } from "./run.ts";

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

/** What a run that pauses has so far; written together with its forms. */
export type RunPausing = Pick<RunSettlement, "outputs" | "answer" | "usage" | "totalSteps" | "exceptionsCount"> & {
  at: number;
  activeMs: number;
  forms: { nodeId: string; reason: PauseReason }[];
};

export type ClaimedRun = {
  run: Run;
  /** Counts takeovers: 1 for the first worker. */
  attempt: number;
  journal: JournalEntry[];
  /** Time that earlier workers spent on it. */
  activeMs: number;
  /** How it came from another worker; null for one that comes from none, or has waited for people since. */
  takenFrom: "lease-expired" | "handed-over" | null;
};

/** Who works on a run, as far as the store knows. Times are Unix milliseconds. */
export type RunOwnership = {
  /** The lease's holder; null while nobody works on it. */
  owner: string | null;
  heartbeatAt: number | null;
  leaseExpiresAt: number | null;
  /** Since when it waits for a worker or for people. */
  queuedAt: number;
  attempt: number;
  /** Time that was spent on it, as of the last sign of life. */
  activeMs: number;
};

/** Journal entries that are written together with something else. */
export type LastEntries = { position: number; entries: readonly JournalEntry[] };

/** What a worker learns each time it shows that it still works on a run. */
export type LeaseState = "held" | "lost" | "stop-requested";

export type RunPage = { runs: ListedRun[]; nextCursor: string | null };

/** Runs and their journals. Every method sees the rows of one workspace only. */
export type RunStore = {
  /**
   * Records a queued run. For a chat turn its message too, in the same transaction. With a lease the run is claimed in
   * the same breath: it is `running` and held by the lease's owner, as after a first `claim`.
   *
   * @returns Of a queued run: how many of its workspace's runs come before it, 1,000 at most.
   */
  insert(scope: WorkspaceScope, run: Run, lease?: Lease): Promise<number>;
  /** Records a queued run that begins with a journal, in one transaction. */
  insertWithJournal(scope: WorkspaceScope, run: Run, journal: readonly JournalEntry[]): Promise<void>;
  find(scope: WorkspaceScope, runId: RunId): Promise<Run | undefined>;
  /** Costs next to nothing, for those who wait for a change; undefined for a run that is not there. */
  statusOf(scope: WorkspaceScope, runId: RunId): Promise<RunStatus | undefined>;
  /** Newest first. `cursor` is what the previous page gave. */
  ownership(scope: WorkspaceScope, runId: RunId): Promise<RunOwnership | undefined>;
  list(scope: WorkspaceScope, appId: AppId, page: { cursor?: string; limit: number }): Promise<RunPage>;
  readJournal(scope: WorkspaceScope, runId: RunId): Promise<JournalEntry[]>;
  /**
   * Takes a run that nobody holds: queued, or running with an expired lease. Of several callers one gets it, the others
   * get undefined. The run is `running` afterwards. Turns of one conversation are taken one after the other, in the order
   * in which they were recorded: while an earlier one is at work or waits for a worker, a later one is nobody's.
   */
  claim(scope: WorkspaceScope, runId: RunId, lease: Lease): Promise<ClaimedRun | undefined>;
  /** Extends the lease; `lost` when another worker has taken the run or it is settled. */
  heartbeat(scope: WorkspaceScope, runId: RunId, lease: Lease, activeMs: number): Promise<LeaseState>;
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
    last: LastEntries,
  ): Promise<boolean>;
  /**
   * Lets go of a run whose steps wait for people, and opens their forms, in one transaction. `answered` when a form of the
   * run was answered meanwhile: then it is still held, and goes on. `lost` when `owner` does not hold it.
   */
  pause(
    scope: WorkspaceScope,
    runId: RunId,
    owner: string,
    pausing: RunPausing,
    last: LastEntries,
  ): Promise<"paused" | "answered" | "lost">;
  /** The turn of the conversation that waits longest for a worker. */
  nextTurn(
    scope: WorkspaceScope,
    conversationId: ConversationId,
  ): Promise<{ runId: RunId; queue: RunQueueName } | undefined>;
  /**
   * Asks whoever works on the run to stop it; one that is queued or paused is settled `stopped` at once. `ended` for a run
   * that had ended already.
   */
  requestStop(scope: WorkspaceScope, runId: RunId, by: RunCaller, at: number): Promise<"asked" | "settled" | "ended">;
  /** Gives a held run back to the queue, for a worker that shuts down. */
  release(scope: WorkspaceScope, runId: RunId, owner: string, activeMs: number): Promise<void>;
};

/** A form that a paused run waits for. */
export type PauseForm = {
  scope: WorkspaceScope;
  appId: AppId;
  runId: RunId;
  nodeId: string;
  reason: PauseReason;
  status: "open" | "answered" | "expired";
};

/** A run that can go on, and where it waits. */
export type ResumableRun = { scope: WorkspaceScope; runId: RunId; queue: RunQueueName };

/** The forms of paused runs. The first answer wins. */
export type FormStore = {
  /** By the secret in its address. */
  findByToken(token: string): Promise<PauseForm | undefined>;
  /** Forms of a run that wait for their answer. */
  openOf(scope: WorkspaceScope, runId: RunId): Promise<PauseForm[]>;
  find(scope: WorkspaceScope, formId: string): Promise<PauseForm | undefined>;
  /** Forms of a run that have their answer, by form id. */
  answersOf(scope: WorkspaceScope, runId: RunId): Promise<ReadonlyMap<string, { answer: PauseAnswer; at: number }>>;
  /**
   * Answers an open form. `run` is what can go on by it; undefined while a worker still holds the run, which finds the
   * answer itself. Undefined as a whole when the form is no longer open.
   */
  answer(
    scope: WorkspaceScope,
    formId: string,
    answer: PauseAnswer,
    at: number,
  ): Promise<{ run: ResumableRun | undefined } | undefined>;
  /** Open forms whose time is over. */
  findExpired(now: number, limit: number): Promise<{ scope: WorkspaceScope; formId: string }[]>;
};

export type Lease = { owner: string; now: number; expiresAt: number };

/** Under which lease a run is held. */
export type RunHolder = { runId: RunId; owner: string };

export type AbandonedRun = {
  scope: WorkspaceScope;
  runId: RunId;
  queue: RunQueueName;
  /** Takeovers since the journal last grew. */
  fruitlessTakeovers: number;
  /** Since when it waits: when it was recorded, or let go of by a worker. */
  queuedAt: number;
  state: "queued" | "running" | "paused";
};

export type AbandonedSince = {
  now: number;
  /** A queued run this old may be missing in the queue. */
  queuedBefore: number;
  /** Nobody answered a run that has paused for this long. */
  pausedBefore: number;
};

/** The reaper's view over all workspaces: runs that nobody works on. */
export type AbandonedRuns = {
  /** Whether this process is the one that looks for them during the next `forMs`. */
  takeWatch(forMs: number): Promise<boolean>;
  /** Running runs whose lease has expired, and queued and paused ones that wait for too long: `limit` of each. */
  find(since: AbandonedSince, limit: number): Promise<AbandonedRun[]>;
  /** Settles a run that nobody holds as failed; false when somebody took it meanwhile. */
  fail(run: AbandonedRun, error: RunError, at: number): Promise<boolean>;
};

/** How much there is to do, over all workspaces. */
export type RunLoad = {
  /** Runs that wait for a worker, `limit` at most. */
  queued(limit: number): Promise<number>;
  /** Runs that some worker holds, `limit` at most. */
  atWork(now: number, limit: number): Promise<number>;
  /** Runs of an app that wait or are at work, `limit` at most. */
  active(scope: WorkspaceScope, appId: AppId, limit: number): Promise<number>;
};

/**
 * Runs that wait for workers. One may be delivered more than once: its claim tells who drives it. Those that have fewer of
 * their workspace's before them come first, so that no workspace waits for another's hundreds.
 */
export type RunQueue = {
  /**
   * Makes sure that a run waits; one that does so already keeps the better of both places.
   *
   * @param ahead  Runs of its workspace before it, where the caller knows that; counted otherwise. `BEFORE_ALL_OTHERS` for
   * one that has had its turn.
   */
  enqueue(queue: RunQueueName, delivery: { scope: WorkspaceScope; runId: RunId }, ahead?: number): Promise<void>;
};

/** How many are ahead of a run that has had its turn and was given back. */
export const BEFORE_ALL_OTHERS = -1;

/** Places of a worker in this same process. A run that finds one free is driven at once, without waiting. */
export type LocalSlots = {
  /** Takes a free place; undefined when there is none, or others wait for one. */
  take(): LocalSlot | undefined;
};

export type LocalSlot = {
  lease(): Lease;
  /** Drives a run that was inserted under the lease, and gives the place back at its end. */
  drive(scope: WorkspaceScope, run: Run, lease: Lease): void;
  /** Takes a queued run if it can be taken, and drives it. */
  claim(scope: WorkspaceScope, runId: RunId): void;
  giveBack(): void;
};

/**
 * The live events of runs. Kept for a while after the end, so a reader that was cut can go on.
 */
export type LiveEvents = {
  /** The same as `open` for a run that nobody had before; its stream opens with its first events. */
  begin(runId: RunId): LiveEventWriter;
  /**
   * Opens the stream for writing; `lastSeq` is the number of the last event of an earlier worker, 0 for none.
   *
   * @param above  Numbers go on above this one: events of earlier workers may have been lost, and readers may have been
   * told in place of them what the store knows. Whoever had some of that then lacks none of the new ones.
   */
  open(runId: RunId, above?: number): Promise<LiveEventWriter>;
  /**
   * Events after `afterSeq` in order, past ones first, then new ones as they come; ends after `run.finished`.
   * Returns undefined when nothing is known of the run (never started here, or expired), after a time in which one that
   * is about to begin may do so.
   *
   * @param waitMs  That time; a moment where it is left out.
   */
  read(
    runId: RunId,
    afterSeq: number,
    signal: AbortSignal,
    waitMs?: number,
  ): Promise<AsyncIterable<SequencedRunEvent> | undefined>;
};

export type LiveEventWriter = {
  readonly lastSeq: number;
  /**
   * Order is kept; resolves when the events are readable elsewhere. Events that could not be written, or of which it is
   * not known, may be given again: they are there once then.
   *
   * @returns `lost` when the stream is gone with all that was written to it, or the last of it is: nothing is written
   * then, and what is given next should begin with what readers need of it.
   * @throws run.lease-lost (dependency) when another writer has opened the stream meanwhile; nothing is written.
   */
  append(events: readonly RunEvent[]): Promise<"written" | "lost">;
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
  /** @param turnOf  The run of its first turn: no other turn begins before that one has ended. */
  insert(
    scope: WorkspaceScope,
    conversation: Conversation & { createdAt: number; caller: RunCaller; turnOf: RunId },
  ): Promise<void>;
  find(scope: WorkspaceScope, appId: AppId, conversationId: ConversationId): Promise<Conversation | undefined>;
  /**
   * Finished turns that were asked before the one with this message, oldest first, at most the newest `limit`: a turn that
   * waited for a person does not see those that came meanwhile.
   */
  history(
    scope: WorkspaceScope,
    conversationId: ConversationId,
    before: MessageId,
    limit: number,
  ): Promise<ConversationTurn[]>;
  /** Stored values by variable id; variables never stored are absent. */
  readVariables(scope: WorkspaceScope, conversationId: ConversationId): Promise<Record<string, Value>>;
  /**
   * Stores values for the run whose turn it is.
   *
   * @throws run.lease-lost (dependency) when the holder has lost the run, with nothing written.
   */
  writeVariables(
    scope: WorkspaceScope,
    conversationId: ConversationId,
    values: Record<string, Value>,
    holder: RunHolder,
  ): Promise<void>;
};

/** Who calls a published app from outside, by the opaque `user` they send. */
export type EndUserStore = {
  /** The end user of this app with this `user`; made on first use. `""` is the shared anonymous one. */
  findOrCreate(scope: WorkspaceScope, appId: AppId, user: string): Promise<{ id: EndUserId; user: string }>;
};
