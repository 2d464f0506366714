import { setTimeout as sleep } from "node:timers/promises";
import type { RunError, StepSettled } from "@diwan/contracts";
import {
  aborted,
  asDiwanError,
  atMost,
  type Logger,
  type RunId,
  type Shutdown,
  type WorkspaceScope,
} from "@diwan/kernel";
import type { NodePorts } from "@diwan/nodes";
import { type Graph, type GraphNode, RunProgress, readAppLimits, type WorkflowDocument } from "@diwan/workflow";
import { finishedEvent } from "../core/finished-event.ts";
import { isOutage } from "../core/outage.ts";
import { pauseEvents, pausingOf } from "../core/pausing.ts";
import { runVariables } from "../core/run-variables.ts";
import { settlementOf } from "../core/settlement.ts";
import type { StepCall } from "../engine/attempt.ts";
import { ConversationWriter } from "../engine/conversation-writer.ts";
import { type DriveEnd, driveRun } from "../engine/drive-run.ts";
import { EventPublisher } from "../engine/event-publisher.ts";
import { withinHardLimit } from "../engine/hard-limit.ts";
import { HeldLease, type LeaseTerms, leaseOf } from "../engine/held-lease.ts";
import { JournalWriter } from "../engine/journal-writer.ts";
import { limitsFor, outputBytesOf, type RunLimits } from "../engine/limits.ts";
import { recordingPorts } from "../engine/recorded-ports.ts";
import { Recording } from "../engine/recording.ts";
import { RunLine } from "../engine/run-line.ts";
import { takeUp } from "../engine/take-up.ts";
import { tellReaders } from "../engine/tell-readers.ts";
import { RunErrors } from "../errors.ts";
import {
  BEFORE_ALL_OTHERS,
  type ClaimedRun,
  type ConversationStore,
  type FormStore,
  type Lease,
  type LeaseState,
  type LiveEvents,
  type LiveEventWriter,
  type RunQueue,
  type RunSettlement,
  type RunSignals,
  type RunStore,
} from "../ports.ts";
import type { Run } from "../run.ts";
import { enqueueRun } from "./enqueue-run.ts";
import { wakeNextTurn } from "./next-turn.ts";

/** A version ready to run; making one is costly, so whoever provides them keeps the newest. */
export type PreparedVersion = { graph: Graph; root: GraphNode; document: WorkflowDocument };

export type ExecuteRunNeeds = LeaseTerms & {
  runs: RunStore;
  forms: FormStore;
  conversations: ConversationStore;
  queue: RunQueue;
  live: LiveEvents;
  signals: RunSignals;
  /** @throws an error of kind `author` for a version that cannot run. */
  prepare(scope: WorkspaceScope, run: Run): Promise<PreparedVersion>;
  portsFor(scope: WorkspaceScope, run: Run, step: StepCall): NodePorts;
  logger: Logger;
  /** Of the installation; an app may set itself others. */
  limits: RunLimits;
  observe?: RunObserver;
};

/** Hears what happens, for metrics; must not throw. */
export type RunObserver = {
  claimed(claimed: ClaimedRun): void;
  /** The run was ended by its time limit; `hard` where its steps did not end when they were told to. */
  timedOut(kind: "soft" | "hard"): void;
  stepSettled(step: StepSettled): void;
  /** @param activeMs  Time that workers spent on it; waiting for workers and people does not count. */
  settled(run: Run, settlement: RunSettlement, activeMs: number): void;
};

/** How executing ended for the worker; the run itself tells the rest. */
export type Execution = "settled" | "paused" | "not-mine" | "handed-over";

/**
 * Takes a run, drives it to its end or to where it waits for people, and settles it. It may be delivered twice: whoever
 * does not get the lease leaves.
 *
 * @param shutdown  When it begins, the run is given back and another worker goes on.
 */
export async function executeRun(
  needs: ExecuteRunNeeds,
  scope: WorkspaceScope,
  runId: RunId,
  shutdown: Shutdown,
): Promise<Execution> {
  const lease = leaseOf(needs);
  const claimed = await needs.runs.claim(scope, runId, lease);
  if (claimed === undefined) return "not-mine";
  return executeClaimed(needs, scope, claimed, lease, shutdown);
}

/** Drives a run that this worker holds already, under this lease. */
export async function executeClaimed(
  needs: ExecuteRunNeeds,
  scope: WorkspaceScope,
  claimed: ClaimedRun,
  lease: Lease,
  shutdown: Shutdown,
): Promise<Execution> {
  needs.observe?.claimed(claimed);
  return new Execute(needs, scope, claimed, lease, shutdown).run();
}

/** Between two tries while something is down; longer each time that nothing came of one, as it may have cost model calls. */
const TRY_AGAIN_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** How long a process that has to go waits for the queue. */
const HAND_OVER_WITHIN_MS = 5_000;

/** No worker gets this far with one run: it would take days at the speed of the fastest model. */
const MAX_EVENTS_OF_ATTEMPT = 1_000_000;

class Execute {
  readonly #needs: ExecuteRunNeeds;
  readonly #scope: WorkspaceScope;
  readonly #claimed: ClaimedRun;
  readonly #run: Run;
  readonly #stop = new AbortController();
  readonly #claimedAt: number;
  readonly #lease: HeldLease;
  readonly #shutdown: Shutdown;
  #limits: RunLimits;
  #cause: "stop" | "shutdown" | "lost" | undefined;
  /** Of the try that is under way. */
  #progress: RunProgress | undefined;

  constructor(needs: ExecuteRunNeeds, scope: WorkspaceScope, claimed: ClaimedRun, lease: Lease, shutdown: Shutdown) {
    this.#needs = needs;
    this.#scope = scope;
    this.#claimed = claimed;
    this.#run = claimed.run;
    this.#claimedAt = needs.clock.now();
    this.#limits = needs.limits;
    const holder = { runId: claimed.run.id, owner: lease.owner };
    this.#lease = new HeldLease(
      needs,
      scope,
      holder,
      lease.expiresAt,
      () => this.#activeMs,
      (state) => this.#heard(state),
    );
    this.#shutdown = shutdown;
  }

  async run(): Promise<Execution> {
    const forget = this.#needs.signals.onStop((runId) => {
      if (runId === this.#run.id) this.#interrupt("stop");
    });
    using _kept = this.#lease;
    const ignoreShutdown = this.#shutdown.onBegin(() => this.#interrupt("shutdown"));
    if (this.#run.stopRequestedBy !== null) this.#interrupt("stop");
    try {
      const execution = await this.#throughOutages();
      if (execution === "settled" || execution === "paused") {
        await wakeNextTurn(this.#needs, this.#scope, this.#run);
      }
      return execution;
    } finally {
      forget();
      ignoreShutdown();
      this.#stop.abort(aborted);
    }
  }

  /** Time that was spent on the run, by this worker and those before it. */
  get #activeMs(): number {
    return this.#claimed.activeMs + this.#needs.clock.now() - this.#claimedAt;
  }

  #heard(state: LeaseState): void {
    if (state === "lost") this.#interrupt("lost");
    else if (state === "stop-requested") this.#interrupt("stop");
  }

  #interrupt(cause: "stop" | "shutdown" | "lost"): void {
    this.#cause ??= cause;
    this.#stop.abort();
  }

  /**
   * What an outage cuts short begins again from the journal, as after a takeover, for as long as the run is held. Where
   * that takes longer than a lease, somebody else goes on with it.
   */
  async #throughOutages(): Promise<Execution> {
    const writer = await this.#openLive();
    const publisher = new EventPublisher(writer, () => this.#progress?.answer ?? "");
    let waitMs = TRY_AGAIN_MS;
    for (let wasStreamed = writer.lastSeq > 0; ; wasStreamed = true) {
      using line = this.#openLine(publisher, wasStreamed);
      try {
        const execution = await this.#drive(line);
        if (execution === "answered") await this.#rereadJournal();
        else return execution;
      } catch (error) {
        await line.journal.abandon();
        if (this.#cause === "lost" || isLost(error)) return "not-mine";
        if (!isOutage(error) || this.#cause === "shutdown") throw error;
        this.#needs.logger.warn({ code: error.code, run_id: this.#run.id }, "A run waits for the database.");
        const known = this.#claimed.journal.length;
        if (!(await this.#outwait(error, waitMs))) return "not-mine";
        waitMs = this.#claimed.journal.length > known ? TRY_AGAIN_MS : Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
    }
  }

  async #openLive(): Promise<LiveEventWriter> {
    const { live, logger, leaseMs } = this.#needs;
    if (this.#claimed.attempt === 1) return live.begin(this.#run.id);
    for (const deadline = performance.now() + leaseMs; ; await sleep(TRY_AGAIN_MS)) {
      try {
        return await live.open(this.#run.id, (this.#claimed.attempt - 1) * MAX_EVENTS_OF_ATTEMPT);
      } catch (error) {
        if (this.#cause !== undefined || performance.now() > deadline) throw error;
        logger.warn({ err: error, run_id: this.#run.id }, "A run waits for its live events.");
      }
    }
  }

  #openLine(publisher: EventPublisher, wasStreamed: boolean): RunLine {
    const journal = new JournalWriter(
      this.#claimed.journal.length,
      (position, entries) =>
        this.#needs.runs.appendJournal(this.#scope, this.#run.id, this.#lease.holder.owner, position, entries),
      (error) => line.break(error),
    );
    const line = new RunLine(publisher, journal, wasStreamed, this.#stop.signal);
    return line;
  }

  /** Resolves when the database answers again, with whether the run is still held; its journal is read again then. */
  async #outwait(outage: unknown, waitMs: number): Promise<boolean> {
    const deadline = performance.now() + waitMs + this.#needs.leaseMs;
    while (performance.now() < deadline && this.#cause !== "shutdown") {
      await this.#wait(waitMs);
      try {
        await this.#lease.renew();
        await this.#rereadJournal();
        return true;
      } catch (error) {
        if (isOutage(error)) continue;
        if (!isLost(error)) throw error;
        // Perhaps it was this worker that ended it, and only the answer was lost.
        await tellReaders(this.#needs, this.#scope, this.#run.id).catch(() => {});
        return false;
      }
    }
    throw outage;
  }

  /** Shorter once the run is told to stop. */
  async #wait(ms: number): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) await sleep(TRY_AGAIN_MS);
    else await sleep(ms, undefined, { signal }).catch(() => {});
  }

  async #rereadJournal(): Promise<void> {
    this.#claimed.journal = await this.#needs.runs.readJournal(this.#scope, this.#run.id);
  }

  async #drive(line: RunLine): Promise<Execution | "answered"> {
    const { publisher, journal } = line;
    const { end, progress, conversation } = await this.#toEnd(line);
    line.throwIfBroken();
    if (end.status === "stopped" && this.#cause !== "stop") return this.#letGo(line);
    if (conversation !== undefined) await conversation.flush();
    if (end.status === "paused") {
      const paused = await this.#pause(line, progress!);
      // Somebody answered before the run let go of it: it goes on at once, from its journal.
      if (paused === "answered") return "answered";
      if (paused === "lost") return "not-mine";
      await publisher.close();
      return "paused";
    }
    const settlement = settlementOf(this.#run, end, progress, this.#needs.clock.now());
    publisher.awaitEnd();
    const last = await journal.takeRest();
    if (!(await this.#needs.runs.settle(this.#scope, this.#run.id, this.#lease.holder.owner, settlement, last)))
      return "not-mine";
    this.#needs.observe?.settled(this.#run, settlement, this.#activeMs);
    publisher.publish(finishedEvent({ ...this.#run, ...settlement }));
    await publisher.close();
    return "settled";
  }

  async #toEnd(line: RunLine): Promise<{
    end: DriveEnd;
    progress: RunProgress | undefined;
    conversation: ConversationWriter | undefined;
  }> {
    let progress: RunProgress | undefined;
    let conversation: ConversationWriter | undefined;
    try {
      const version = await this.#needs.prepare(this.#scope, this.#run);
      const { environmentVariables, conversationVariables } = version.document;
      this.#limits = limitsFor(this.#needs.limits, readAppLimits(version.document.limits));
      const original = await this.#original();
      const shown = original?.run ?? this.#run;
      const variables = runVariables(shown, version.root.id, environmentVariables, conversationVariables);
      progress = new RunProgress(version.graph, version.root, variables);
      this.#progress = progress;
      const { conversations } = this.#needs;
      conversation = new ConversationWriter(
        this.#scope,
        this.#run,
        this.#lease.holder,
        conversations,
        conversationVariables,
      );
      const { document } = version;
      const taken = { scope: this.#scope, claimed: this.#claimed, holder: this.#lease.holder, document, line };
      await takeUp(this.#needs, { ...taken, progress, conversation });
      const { end, timedOut } = await withinHardLimit(this.#driveOn(line, progress, conversation, original), {
        limitMs: this.#limits.hardMs,
        activeMs: () => this.#activeMs,
        abandon: () => this.#stop.abort(),
      });
      if (timedOut !== undefined) this.#needs.observe?.timedOut(timedOut);
      return { end, progress, conversation };
    } catch (error) {
      if (isOutage(error) || isLost(error)) throw error;
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

  #driveOn(
    line: RunLine,
    progress: RunProgress,
    conversation: ConversationWriter,
    original: Recording | undefined,
  ): Promise<DriveEnd> {
    const { publisher, journal, signal } = line;
    const { clock, logger, observe } = this.#needs;
    const limits = this.#limits;
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
        outputBytes: outputBytesOf(this.#claimed.journal, limits),
        signal,
        disown: (error) => {
          // A process that was frozen finds its timeouts over; whoever has the run by now did not wait.
          if (!isOutage(error) && !this.#lease.isOverdue) return false;
          const { code, message } = error;
          line.break(isOutage(error) ? Object.assign(new Error(message), { code }) : RunErrors["lease-lost"]({}));
          return true;
        },
        publish: (event) => publisher.publish(event),
        journal: {
          add: (entry) => {
            journal.add(entry);
            if (entry.kind !== "settled") return;
            observe?.stepSettled(entry);
          },
          flush: async () => {
            await journal.flush();
            await this.#lease.ensure();
          },
        },
        settled: () => conversation.update(progress.state.root.conversation, journal),
      },
    );
  }

  #runError(error: unknown): RunError {
    const ours = asDiwanError(error);
    if (ours.kind === "defect") this.#needs.logger.error({ err: error, run_id: this.#run.id }, "A run broke.");
    return { code: ours.code, message: ours.message, nodeId: null };
  }

  async #pause({ publisher, journal }: RunLine, progress: RunProgress): Promise<"paused" | "answered" | "lost"> {
    const pausing = pausingOf(progress, this.#needs.clock.now(), this.#activeMs);
    const last = await journal.takeRest();
    const paused = await this.#needs.runs.pause(this.#scope, this.#run.id, this.#lease.holder.owner, pausing, last);
    if (paused === "paused") for (const event of pauseEvents(this.#run, pausing)) publisher.publish(event);
    return paused;
  }

  /** Another worker goes on from the journal; nothing is told to readers, they wait. */
  async #letGo({ publisher, journal }: RunLine): Promise<Execution> {
    if (this.#cause === "shutdown") {
      await journal.flush();
      await this.#needs.runs.release(this.#scope, this.#run.id, this.#lease.holder.owner, this.#activeMs);
      const waiting = { scope: this.#scope, runId: this.#run.id, queue: this.#run.queue };
      // The reaper does it where the queue is out of reach.
      await atMost(HAND_OVER_WITHIN_MS, enqueueRun(this.#needs, waiting, BEFORE_ALL_OTHERS));
    }
    await publisher.flush();
    return this.#cause === "shutdown" ? "handed-over" : "not-mine";
  }
}

function isLost(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "run.lease-lost";
}
