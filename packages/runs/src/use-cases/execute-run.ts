import type { JournalEntry, RunError, StepSettled } from "@diwan/contracts";
import { asDiwanError, type Clock, type IdSource, type Logger, type RunId, type WorkspaceScope } from "@diwan/kernel";
import type { NodePorts } from "@diwan/nodes";
import { type Graph, type GraphNode, RunProgress, type WorkflowDocument } from "@diwan/workflow";
import { finishedEvent } from "../core/finished-event.ts";
import { conversationValues, runVariables, shownInputs } from "../core/run-variables.ts";
import { settlementOf } from "../core/settlement.ts";
import { type DriveEnd, driveRun } from "../engine/drive-run.ts";
import { EventPublisher } from "../engine/event-publisher.ts";
import { JournalWriter } from "../engine/journal-writer.ts";
import type { RunLimits } from "../engine/limits.ts";
import type {
  ClaimedRun,
  ConversationStore,
  Lease,
  LiveEvents,
  LiveEventWriter,
  RunSettlement,
  RunSignals,
  RunStore,
} from "../ports.ts";
import type { Run } from "../run.ts";

/** A version ready to run; making one is costly, so whoever provides them keeps the newest. */
export type PreparedVersion = { graph: Graph; root: GraphNode; document: WorkflowDocument };

export type ExecuteRunNeeds = {
  runs: RunStore;
  conversations: ConversationStore;
  live: LiveEvents;
  signals: RunSignals;
  /** @throws an error of kind `author` for a version that cannot run. */
  prepare(scope: WorkspaceScope, run: Run): Promise<PreparedVersion>;
  portsFor(scope: WorkspaceScope, run: Run): NodePorts;
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
export type Execution = "settled" | "not-mine" | "handed-over";

/**
 * Takes a run, drives it to its end and settles it. The job may arrive twice: whoever does not get the lease leaves.
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
  #cause: "stop" | "shutdown" | "lost" | undefined;

  constructor(needs: ExecuteRunNeeds, scope: WorkspaceScope, claimed: ClaimedRun, shutdown: AbortSignal) {
    this.#needs = needs;
    this.#scope = scope;
    this.#claimed = claimed;
    this.#run = claimed.run;
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
      return await this.#drive(writer);
    } finally {
      clearInterval(heart);
      forget();
      this.#stop.abort();
    }
  }

  #beat(): void {
    const { runs } = this.#needs;
    runs.heartbeat(this.#scope, this.#run.id, leaseOf(this.#needs)).then(
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
    const { journal: past, attempt } = this.#claimed;
    const workflowId = this.#run.versionId;
    const reason = attempt === 1 ? "initial" : "resumption";
    publisher.publish({
      type: "run.started",
      workflowId,
      inputs: shownInputs(this.#run),
      reason,
      at: this.#run.createdAt,
    });

    const journal = new JournalWriter(
      past.length,
      (position, entries) =>
        this.#needs.runs.appendJournal(this.#scope, this.#run.id, this.#needs.owner, position, entries),
      (error) => {
        this.#needs.logger.warn({ err: error, run_id: this.#run.id }, "The journal could not be written.");
        this.#interrupt("lost");
      },
    );
    const { end, progress } = await this.#toEnd(publisher, journal, past, writer.lastSeq > 0);
    if (end.status === "stopped" && this.#cause !== "stop") return this.#letGo(publisher, journal);
    const settlement = settlementOf(this.#run, end, progress, this.#needs.clock.now());
    const settled = await this.#settle(settlement, journal);
    if (!settled) return "not-mine";
    this.#needs.observe?.settled(this.#run, settlement);
    publisher.publish(finishedEvent({ ...this.#run, ...settlement }));
    await publisher.flush();
    await writer.close();
    return "settled";
  }

  async #toEnd(
    publisher: EventPublisher,
    journal: JournalWriter,
    past: readonly JournalEntry[],
    wasStreamed: boolean,
  ): Promise<{ end: DriveEnd; progress: RunProgress | undefined }> {
    let progress: RunProgress | undefined;
    try {
      const { graph, root, document } = await this.#needs.prepare(this.#scope, this.#run);
      const variables = runVariables(
        this.#run,
        root.id,
        document.environmentVariables,
        await this.#conversation(document),
      );
      progress = new RunProgress(graph, root, variables);
      progress.replay(past);
      if (wasStreamed) {
        progress.drain();
        publisher.publish({ type: "text-replaced", text: progress.answer, reason: "" });
      }
      const ports = this.#needs.portsFor(this.#scope, this.#run);
      const end = await driveRun(
        { ...this.#needs, ports },
        {
          graph,
          progress,
          history: lastOutcomes(past),
          limits: this.#needs.limits,
          signal: this.#stop.signal,
          publish: (event) => publisher.publish(event),
          journal: {
            add: (entry) => {
              journal.add(entry);
              if (entry.kind === "settled") this.#needs.observe?.stepSettled(entry);
            },
            flush: () => journal.flush(),
          },
        },
      );
      return { end, progress };
    } catch (error) {
      return { end: { status: "failed", error: this.#runError(error) }, progress };
    }
  }

  /** Values are loaded each turn; those declared since the conversation began have their defaults. */
  async #conversation(document: WorkflowDocument) {
    const { conversationId } = this.#run;
    if (conversationId === null) return {};
    const stored = await this.#needs.conversations.readVariables(this.#scope, conversationId);
    const declared = document.conversationVariables;
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

  async #settle(settlement: RunSettlement, journal: JournalWriter): Promise<boolean> {
    const last = await journal.takeRest();
    return this.#needs.runs.settle(this.#scope, this.#run.id, this.#needs.owner, settlement, last);
  }

  /** Another worker goes on from the journal; nothing is told to readers, they wait. */
  async #letGo(publisher: EventPublisher, journal: JournalWriter): Promise<Execution> {
    if (this.#cause === "shutdown") {
      await journal.flush();
      await this.#needs.runs.release(this.#scope, this.#run.id, this.#needs.owner);
    }
    await publisher.flush().catch(() => {});
    return this.#cause === "shutdown" ? "handed-over" : "not-mine";
  }
}

function lastOutcomes(journal: readonly JournalEntry[]): Map<string, StepSettled> {
  const last = new Map<string, StepSettled>();
  for (const entry of journal) if (entry.kind === "settled") last.set(entry.nodeId, entry);
  return last;
}
