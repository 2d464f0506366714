import type { RunError, StepSettled } from "@diwan/contracts";
import { asDiwanError, type Clock, type IdSource, type Logger, type RunId, type WorkspaceScope } from "@diwan/kernel";
import type { NodePorts } from "@diwan/nodes";
import { type Graph, type GraphNode, RunProgress, type Value, type WorkflowDocument } from "@diwan/workflow";
import { finishedEvent } from "../core/finished-event.ts";
import { answeredForms, formEvent, pauseEvents, pausingOf } from "../core/pausing.ts";
import { conversationValues, runVariables, shownInputs } from "../core/run-variables.ts";
import { settlementOf } from "../core/settlement.ts";
import type { StepCall } from "../engine/attempt.ts";
import { ConversationWriter } from "../engine/conversation-writer.ts";
import { type DriveEnd, driveRun } from "../engine/drive-run.ts";
import { EventPublisher } from "../engine/event-publisher.ts";
import { JournalWriter } from "../engine/journal-writer.ts";
import type { RunLimits } from "../engine/limits.ts";
import { recordingPorts } from "../engine/recorded-ports.ts";
import { Recording } from "../engine/recording.ts";
import { RunErrors } from "../errors.ts";
import type {
  ClaimedRun,
  ConversationStore,
  FormStore,
  Lease,
  LiveEvents,
  LiveEventWriter,
  RunQueue,
  RunSettlement,
  RunSignals,
  RunStore,
} from "../ports.ts";
import type { Run } from "../run.ts";

/** A version ready to run; making one is costly, so whoever provides them keeps the newest. */
export type PreparedVersion = { graph: Graph; root: GraphNode; document: WorkflowDocument };

export type ExecuteRunNeeds = {
  runs: RunStore;
  forms: FormStore;
  conversations: ConversationStore;
  queue: RunQueue;
  live: LiveEvents;
  signals: RunSignals;
  /** @throws an error of kind `author` for a version that cannot run. */
  prepare(scope: WorkspaceScope, run: Run): Promise<PreparedVersion>;
  portsFor(scope: WorkspaceScope, run: Run, step: StepCall): NodePorts;
  clock: Clock;
  ids: IdSource;
  logger: Logger;
  limits: RunLimits;
  /** This worker, for leases. */
  owner: string;
  leaseMs: number;
  heartbeatMs: number;
  observe?: RunObserver;
};

/** Hears what happens, for metrics; must not throw. */
export type RunObserver = {
  claimed(run: Run, attempt: number): void;
  stepSettled(step: StepSettled): void;
  settled(run: Run, settlement: RunSettlement): void;
};

/** How executing ended for the worker; the run itself tells the rest. */
export type Execution = "settled" | "paused" | "not-mine" | "handed-over";

/**
 * Takes a run, drives it to its end or to where it waits for people, and settles it. The job may arrive twice: whoever
 * does not get the lease leaves.
 *
 * @param shutdown  Aborted when the process must go: the run is given back and another worker goes on.
 */
export async function executeRun(
  needs: ExecuteRunNeeds,
  scope: WorkspaceScope,
  runId: RunId,
  shutdown: AbortSignal,
): Promise<Execution> {
  const claimed = await needs.runs.claim(scope, runId, leaseOf(needs));
  if (claimed === undefined) return "not-mine";
  return executeClaimed(needs, scope, claimed, shutdown);
}

/** Drives a run that this worker holds already. */
export async function executeClaimed(
  needs: ExecuteRunNeeds,
  scope: WorkspaceScope,
  claimed: ClaimedRun,
  shutdown: AbortSignal,
): Promise<Execution> {
  needs.observe?.claimed(claimed.run, claimed.attempt);
  return new Execute(needs, scope, claimed, shutdown).run();
}

/** The lease that this worker asks for, from now on. */
export function leaseOf({ owner, clock, leaseMs }: Pick<ExecuteRunNeeds, "owner" | "clock" | "leaseMs">): Lease {
  const now = clock.now();
  return { owner, now, expiresAt: now + leaseMs };
}

/** No worker gets this far with one run: it would take days at the speed of the fastest model. */
const MAX_EVENTS_OF_ATTEMPT = 1_000_000;

class Execute {
  readonly #needs: ExecuteRunNeeds;
  readonly #scope: WorkspaceScope;
  readonly #claimed: ClaimedRun;
  readonly #run: Run;
  readonly #stop = new AbortController();
  readonly #claimedAt: number;
  #cause: "stop" | "shutdown" | "lost" | undefined;

  constructor(needs: ExecuteRunNeeds, scope: WorkspaceScope, claimed: ClaimedRun, shutdown: AbortSignal) {
    this.#needs = needs;
    this.#scope = scope;
    this.#claimed = claimed;
    this.#run = claimed.run;
    this.#claimedAt = needs.clock.now();
    shutdown.addEventListener("abort", () => this.#interrupt("shutdown"), { signal: this.#stop.signal });
    if (shutdown.aborted) this.#interrupt("shutdown");
  }

  async run(): Promise<Execution> {
    const forget = this.#needs.signals.onStop((runId) => {
      if (runId === this.#run.id) this.#interrupt("stop");
    });
    const heart = setInterval(() => this.#beat(), this.#needs.heartbeatMs);
    if (this.#run.stopRequestedBy !== null) this.#interrupt("stop");
    const writer = await this.#needs.live.open(this.#run.id, (this.#claimed.attempt - 1) * MAX_EVENTS_OF_ATTEMPT);
    try {
      const execution = await this.#drive(writer);
      if (execution === "settled" || execution === "paused") await this.#wakeNextTurn();
      return execution;
    } finally {
      clearInterval(heart);
      forget();
      this.#stop.abort();
    }
  }

  /** Time that was spent on the run, by this worker and those before it. */
  get #activeMs(): number {
    return this.#claimed.activeMs + this.#needs.clock.now() - this.#claimedAt;
  }

  #beat(): void {
    const { runs } = this.#needs;
    runs.heartbeat(this.#scope, this.#run.id, leaseOf(this.#needs), this.#activeMs).then(
      (state) => {
        if (state === "stop-requested") this.#interrupt("stop");
        else if (state === "lost") this.#interrupt("lost");
      },
      // One beat that fails is no loss: the lease outlives several.
      (error: unknown) => this.#needs.logger.warn({ err: error, run_id: this.#run.id }, "A heartbeat failed."),
    );
  }

  #interrupt(cause: "stop" | "shutdown" | "lost"): void {
    this.#cause ??= cause;
    this.#stop.abort();
  }

  async #drive(writer: LiveEventWriter): Promise<Execution> {
    const publisher = new EventPublisher(writer);
    const journal = new JournalWriter(
      this.#claimed.journal.length,
      (position, entries) =>
        this.#needs.runs.appendJournal(this.#scope, this.#run.id, this.#needs.owner, position, entries),
      (error) => {
        this.#needs.logger.warn({ err: error, run_id: this.#run.id }, "The journal could not be written.");
        this.#interrupt("lost");
      },
    );
    const line = { publisher, journal, wasStreamed: writer.lastSeq > 0 };
    for (;;) {
      const { end, progress, conversation } = await this.#toEnd(line);
      if (end.status === "stopped" && this.#cause !== "stop") return this.#letGo(line);
      if (conversation !== undefined) await conversation.flush();
      if (end.status === "paused") {
        const paused = await this.#pause(line, progress!);
        // Somebody answered before the run let go of it: it goes on at once, from its journal.
        if (paused === "answered") {
          this.#claimed.journal = await this.#needs.runs.readJournal(this.#scope, this.#run.id);
          continue;
        }
        if (paused === "lost") return "not-mine";
        await publisher.flush();
        await writer.close();
        return "paused";
      }
      const settlement = settlementOf(this.#run, end, progress, this.#needs.clock.now());
      const last = await journal.takeRest();
      if (!(await this.#needs.runs.settle(this.#scope, this.#run.id, this.#needs.owner, settlement, last))) {
        return "not-mine";
      }
      this.#needs.observe?.settled(this.#run, settlement);
      publisher.publish(finishedEvent({ ...this.#run, ...settlement }));
      await publisher.flush();
      await writer.close();
      return "settled";
    }
  }

  async #toEnd(line: Line): Promise<{
    end: DriveEnd;
    progress: RunProgress | undefined;
    conversation: ConversationWriter | undefined;
  }> {
    let progress: RunProgress | undefined;
    let conversation: ConversationWriter | undefined;
    try {
      const version = await this.#needs.prepare(this.#scope, this.#run);
      const { environmentVariables, conversationVariables } = version.document;
      const original = await this.#original();
      const shown = original?.run ?? this.#run;
      const variables = runVariables(shown, version.root.id, environmentVariables, conversationVariables);
      progress = new RunProgress(version.graph, version.root, variables);
      conversation = new ConversationWriter(this.#scope, this.#run, this.#needs.conversations, conversationVariables);
      await this.#takeUp(line, progress, version, conversation);
      const end = await this.#withinHardLimit(this.#driveOn(line, progress, conversation, original));
      return { end, progress, conversation };
    } catch (error) {
      return { end: { status: "failed", error: this.#runError(error) }, progress, conversation };
    }
  }

  /** Of a replay: the run that was recorded, as which this one goes on. */
  async #original(): Promise<Recording | undefined> {
    const { repeats } = this.#run;
    if (repeats?.kind !== "replay") return undefined;
    const run = await this.#needs.runs.find(this.#scope, repeats.of);
    if (run === undefined) throw RunErrors["not-replayable"]({});
    return new Recording(run, await this.#needs.runs.readJournal(this.#scope, repeats.of));
  }

  /** Folds what is known of the run, and tells its readers where it stands. */
  async #takeUp(
    { publisher, journal, wasStreamed }: Line,
    progress: RunProgress,
    version: PreparedVersion,
    conversation: ConversationWriter,
  ): Promise<void> {
    const past = this.#claimed.journal;
    progress.replay(past);
    const isTakeover = this.#claimed.attempt > 1;
    // Readers of a run taken over have that text; those of one that begins with another's journal do not.
    if (isTakeover) progress.takeReply();
    const isFirst = past.length === 0;
    const answers = isFirst ? [] : await answeredForms(this.#needs.forms, this.#scope, this.#run.id, progress.state);
    publisher.publish({
      type: "run.started",
      workflowId: this.#run.versionId,
      inputs: shownInputs(this.#run),
      reason: isTakeover ? "resumption" : "initial",
      at: this.#run.createdAt,
    });
    if (isFirst || answers.length > 0) {
      const begun = {
        kind: "begun",
        reason: isFirst ? "initial" : "resumption",
        at: this.#needs.clock.now(),
        seed: isFirst ? this.#needs.ids.next() : "",
        conversation: await this.#storedConversation(version.document),
      } as const;
      journal.add(begun);
      progress.fold(begun);
    } else if (wasStreamed) {
      // A step that is done again says again what it had said already.
      publisher.publish({ type: "text-replaced", text: progress.answer, reason: "" });
    }
    // What an earlier worker wrote down and perhaps did not store.
    conversation.update(progress.state.root.conversation);
    for (const { entry, waiting } of answers) {
      journal.add(entry);
      progress.fold(entry);
      publisher.publish(formEvent(waiting, entry.answer));
    }
  }

  #driveOn(
    { publisher, journal }: Line,
    progress: RunProgress,
    conversation: ConversationWriter,
    original: Recording | undefined,
  ): Promise<DriveEnd> {
    const { clock, logger, limits, observe } = this.#needs;
    const ports = (step: StepCall) => {
      const outside = this.#needs.portsFor(this.#scope, original?.run ?? this.#run, step);
      return original === undefined ? recordingPorts(outside, step) : original.portsFor(outside, step);
    };
    return driveRun(
      { clock, logger, ports },
      {
        runId: original?.run.id ?? this.#run.id,
        ...(original === undefined ? {} : { replay: original }),
        progress,
        limits,
        activeMs: this.#activeMs,
        signal: this.#stop.signal,
        publish: (event) => publisher.publish(event),
        journal: {
          add: (entry) => {
            journal.add(entry);
            if (entry.kind !== "settled") return;
            observe?.stepSettled(entry);
          },
          flush: () => journal.flush(),
        },
        settled: () => conversation.update(progress.state.root.conversation, journal),
      },
    );
  }

  /** The run is settled in time whatever its steps do. */
  async #withinHardLimit(drive: Promise<DriveEnd>): Promise<DriveEnd> {
    const limitMs = this.#needs.limits.hardMs;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<DriveEnd>((resolve) => {
      timer = setTimeout(
        () => {
          const message = `Aborted: Maximum execution time exceeded: ${(this.#activeMs / 1000).toFixed(2)}s > ${limitMs / 1000}s`;
          resolve({ status: "failed", error: { code: "run.time-limit", message, nodeId: null } });
        },
        Math.max(0, limitMs - this.#activeMs),
      );
    });
    return Promise.race([drive, over]).finally(() => clearTimeout(timer));
  }

  /** Values are loaded each turn; those declared since the conversation began have their defaults. */
  async #storedConversation({ conversationVariables: declared }: WorkflowDocument): Promise<Record<string, Value>> {
    const { conversationId } = this.#run;
    if (conversationId === null || declared.length === 0) return {};
    const stored = await this.#needs.conversations.readVariables(this.#scope, conversationId);
    const missing = declared.filter(({ id }) => !Object.hasOwn(stored, id));
    if (missing.length > 0) {
      const defaults = Object.fromEntries(missing.map(({ id, value }) => [id, value]));
      await this.#needs.conversations.writeVariables(this.#scope, conversationId, defaults);
    }
    return conversationValues(declared, stored);
  }

  #runError(error: unknown): RunError {
    const ours = asDiwanError(error);
    if (ours.kind === "defect") this.#needs.logger.error({ err: error, run_id: this.#run.id }, "A run broke.");
    return { code: ours.code, message: ours.message, nodeId: null };
  }

  async #pause({ publisher, journal }: Line, progress: RunProgress): Promise<"paused" | "answered" | "lost"> {
    const pausing = pausingOf(progress, this.#needs.clock.now(), this.#activeMs);
    const last = await journal.takeRest();
    const { owner } = this.#needs;
    const paused = await this.#needs.runs.pause(this.#scope, this.#run.id, owner, pausing, last);
    if (paused === "paused") for (const event of pauseEvents(this.#run, pausing)) publisher.publish(event);
    return paused;
  }

  /** Another worker goes on from the journal; nothing is told to readers, they wait. */
  async #letGo({ publisher, journal }: Line): Promise<Execution> {
    if (this.#cause === "shutdown") {
      await journal.flush();
      await this.#needs.runs.release(this.#scope, this.#run.id, this.#needs.owner, this.#activeMs);
      await this.#needs.queue.offerAgain(this.#run.queue, { scope: this.#scope, runId: this.#run.id });
    }
    await publisher.flush().catch(() => {});
    return this.#cause === "shutdown" ? "handed-over" : "not-mine";
  }

  /** The next turn of the conversation waited for this one. */
  async #wakeNextTurn(): Promise<void> {
    const { conversationId } = this.#run;
    if (conversationId === null) return;
    const next = await this.#needs.runs.nextTurn(this.#scope, conversationId);
    if (next !== undefined) await this.#needs.queue.offerAgain(next.queue, { scope: this.#scope, runId: next.runId });
  }
}

type Line = { publisher: EventPublisher; journal: JournalWriter; wasStreamed: boolean };
