import type { JournalEntry, RunError, RunEvent, StepError, StepSettled } from "@diwan/contracts";
import { asDiwanError, type Clock, type IdSource, type Logger } from "@diwan/kernel";
import type { NodePorts } from "@diwan/nodes";
import type { Graph, GraphNode, Outcome, ReadyStep, ReplyPiece, RunProgress } from "@diwan/workflow";
import type { RunLimits } from "./limits.ts";
import { settleOutcome } from "./settle-outcome.ts";

export type DriveNeeds = { clock: Clock; ids: IdSource; logger: Logger; ports: NodePorts };

export type DriveRequest = {
  graph: Graph;
  /** With the journal so far folded in. */
  progress: RunProgress;
  /** The last settled entry of each node, by node id: a retry keeps the step's id and index. */
  history: Map<string, StepSettled>;
  limits: RunLimits;
  /** Aborted to stop the run from outside; nothing new starts and running steps are abandoned. */
  signal: AbortSignal;
  publish(event: RunEvent): void;
  journal: { add(entry: JournalEntry): void; flush(): Promise<void> };
};

/** How driving ended. `stopped` leaves it to the caller to say who asked. */
export type DriveEnd =
  | { status: "succeeded" | "partial-succeeded" | "stopped" }
  | { status: "failed"; error: RunError };

/** Event loop time that steps may take in a row before everybody else gets a turn. */
const SLICE_MS = 8;

/**
 * Starts what is ready, folds outcomes in, and goes on until nothing is left to do.
 *
 *     take ready ──▶ run node ──▶ outcome ──▶ journal entry ──▶ fold ──▶ new ready steps
 *                      └─ failed, tries left ──▶ wait ──▶ run node again
 */
export function driveRun(needs: DriveNeeds, request: DriveRequest): Promise<DriveEnd> {
  return new Drive(needs, request).run();
}

class Drive {
  readonly #needs: DriveNeeds;
  readonly #request: DriveRequest;
  readonly #abort = new AbortController();
  readonly #startedAt: number;
  #running = 0;
  #end: DriveEnd | undefined;
  #wake: () => void = () => {};
  #sliceStartedAt = 0;

  constructor(needs: DriveNeeds, request: DriveRequest) {
    this.#needs = needs;
    this.#request = request;
    this.#startedAt = needs.clock.now();
  }

  async run(): Promise<DriveEnd> {
    const { signal, limits, progress } = this.#request;
    const stop = () => this.#finish({ status: "stopped" });
    const timer = setTimeout(() => this.#exceedTime(), limits.softMs);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      this.#publishReply(progress.drain());
      await this.#loop();
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      // Whatever still works is abandoned: its outcome is no longer this run's.
      this.#abort.abort();
    }
    return this.#end!;
  }

  async #loop(): Promise<void> {
    const { progress, limits } = this.#request;
    this.#sliceStartedAt = performance.now();
    while (this.#end === undefined) {
      const ready = this.#running < limits.maxParallelSteps ? progress.state.takeReady() : undefined;
      if (ready !== undefined) {
        this.#start(ready);
        if (performance.now() - this.#sliceStartedAt > SLICE_MS) await this.#pause();
      } else if (this.#running > 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#sliceStartedAt = performance.now();
      } else {
        const partial = progress.state.exceptionsCount > 0;
        this.#finish({ status: partial ? "partial-succeeded" : "succeeded" });
      }
    }
  }

  async #pause(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#sliceStartedAt = performance.now();
  }

  #start({ node, attempt }: ReadyStep): void {
    const { progress, history } = this.#request;
    const earlier = attempt > 1 ? history.get(node.id) : undefined;
    const counted = progress.state.countStart(attempt);
    const step = { stepId: earlier?.stepId ?? this.#needs.ids.next(), index: earlier?.index ?? counted };
    if (attempt > 1 && node.retry.intervalMs > 0) {
      this.#running += 1;
      setTimeout(() => {
        this.#running -= 1;
        if (this.#end === undefined) this.#execute(node, attempt, step);
        this.#wake();
      }, node.retry.intervalMs);
      return;
    }
    this.#execute(node, attempt, step);
  }

  #execute(node: GraphNode, attempt: number, step: { stepId: string; index: number }): void {
    const startedAt = this.#now();
    if (attempt === 1) {
      const { id: nodeId, type: nodeType, title } = node;
      this.#request.publish({
        type: "step.started",
        ...step,
        nodeId,
        nodeType,
        title,
        frame: [],
        attempt,
        at: startedAt,
      });
    }
    const settle = (outcome: Outcome) => this.#settle(node, attempt, step, startedAt, outcome);
    if (node.disabled) return settle({ status: "succeeded", outputs: {} });
    if (node.definition.hasOutsideEffects === true) {
      this.#request.journal.add({ kind: "started", ...step, nodeId: node.id, frame: [], attempt, at: startedAt });
      this.#await(
        this.#request.journal.flush().then(() => this.#call(node, attempt, step)),
        settle,
      );
      return;
    }
    let result: Outcome | Promise<Outcome>;
    try {
      result = this.#call(node, attempt, step);
    } catch (error) {
      return settle(this.#unexpected(node, error));
    }
    if (result instanceof Promise) this.#await(result, settle, node);
    else settle(result);
  }

  #await(result: Promise<Outcome>, settle: (outcome: Outcome) => void, node?: GraphNode): void {
    this.#running += 1;
    result
      .catch((error: unknown) => this.#unexpected(node, error))
      .then((outcome) => {
        this.#running -= 1;
        if (this.#end === undefined) settle(outcome);
        this.#wake();
      });
  }

  #call(node: GraphNode, attempt: number, { stepId }: { stepId: string }): Outcome | Promise<Outcome> {
    const { progress } = this.#request;
    return node.definition.run(
      {
        nodeId: node.id,
        title: node.title,
        settings: node.settings,
        variables: progress.state.variables,
        signal: this.#abort.signal,
        stepId,
        attempt,
        emit: (part) => {
          if (this.#end !== undefined) return;
          if (part.type === "text") {
            progress.streams.addChunk(node.id, part.output, part.text, part.final);
            this.#publishReply(progress.drain());
          } else if (progress.streams.showsReasoningOf(node.id)) {
            this.#request.publish({ type: "reasoning-delta", nodeId: node.id, text: part.text, final: part.final });
          }
        },
      },
      this.#needs.ports as never,
    );
  }

  #settle(
    node: GraphNode,
    attempt: number,
    step: { stepId: string; index: number },
    startedAt: number,
    outcome: Outcome,
  ): void {
    const { progress, journal, history } = this.#request;
    const entry = settleOutcome(node, attempt, { ...step, startedAt, finishedAt: this.#now() }, outcome);
    journal.add(entry);
    history.set(node.id, entry);
    this.#publishReply(progress.apply(entry));
    this.#request.publish(
      entry.status === "retried"
        ? { type: "step.retried", step: entry, retryIndex: attempt }
        : { type: "step.finished", step: entry },
    );
    // A group that cannot be written ends the run through the journal's own error path.
    if (node.definition.hasOutsideEffects === true) journal.flush().catch(() => {});
    this.#checkEnd(node, entry);
  }

  #checkEnd(node: GraphNode, entry: StepSettled): void {
    const { state } = this.#request.progress;
    const { maxSteps } = this.#request.limits;
    if (state.failure !== undefined) {
      const { code, message } = state.failure.error;
      this.#finish({ status: "failed", error: { code, message, nodeId: state.failure.nodeId } });
    } else if (node.chooses && entry.status !== "retried" && entry.branch === null) {
      this.#fail("run.no-branch", `Step "${node.title}" completed without selecting a branch.`, node.id);
    } else if (state.stepsStarted > maxSteps) {
      this.#fail("run.step-limit", `Aborted: Maximum execution steps exceeded: ${state.stepsStarted} > ${maxSteps}`);
    }
  }

  #exceedTime(): void {
    const seconds = (this.#now() - this.#startedAt) / 1000;
    const limit = this.#request.limits.softMs / 1000;
    this.#fail("run.time-limit", `Aborted: Maximum execution time exceeded: ${seconds.toFixed(2)}s > ${limit}s`);
  }

  #fail(code: string, message: string, nodeId: string | null = null): void {
    this.#finish({ status: "failed", error: { code, message, nodeId } });
  }

  /** The first end counts. */
  #finish(end: DriveEnd): void {
    this.#end ??= end;
    this.#wake();
  }

  #publishReply(pieces: readonly ReplyPiece[]): void {
    for (const { text, selector } of pieces) this.#request.publish({ type: "text-delta", text, selector });
  }

  #unexpected(node: GraphNode | undefined, error: unknown): Outcome {
    const ours = asDiwanError(error);
    if (ours.kind === "defect") this.#needs.logger.error({ err: error, node_type: node?.type }, "A step broke.");
    const stepError: StepError = { type: "WorkflowNodeError", code: ours.code, message: ours.message };
    return { status: "failed", error: stepError };
  }

  #now(): number {
    return this.#needs.clock.now();
  }
}
