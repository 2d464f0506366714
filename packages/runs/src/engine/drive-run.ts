import type { JournalEntry, RunError, RunEvent, StepError, StepSettled } from "@diwan/contracts";
import { aborted, asDiwanError, type Clock, type Logger } from "@diwan/kernel";
import type { NodePorts } from "@diwan/nodes";
import {
  type Change,
  fail,
  type GraphNode,
  type Outcome,
  type Paused,
  type ReadyStep,
  type ReplyPiece,
  type RunProgress,
  type StreamPart,
  sizeUpTo,
} from "@diwan/workflow";
import { Attempt, type StepCall } from "./attempt.ts";
import type { RunLimits } from "./limits.ts";
import type { Recording } from "./recording.ts";
import { type StepOutcome, settleOutcome } from "./settle-outcome.ts";
import { StepContext } from "./step-context.ts";
import { withTimeout } from "./with-timeout.ts";

export type DriveNeeds = { clock: Clock; logger: Logger; ports(call: StepCall): NodePorts };

export type DriveRequest = {
  runId: string;
  /** With the journal so far folded in. */
  progress: RunProgress;
  limits: RunLimits;
  /** Active time that earlier workers spent. */
  activeMs: number;
  /** Bytes of outputs that the journal so far holds. */
  outputBytes: number;
  /** Aborted to stop the run from outside; nothing new starts and running steps are abandoned. */
  signal: AbortSignal;
  publish(event: RunEvent): void;
  journal: { add(entry: JournalEntry): void; flush(): Promise<void> };
  /** Steps that wait are answered, and told the time, from here. */
  replay?: Pick<Recording, "answerTo" | "timeOf">;
  /** Whether a failure is not the step's, but of our own: its attempt is left open, and `signal` is aborted. */
  disown?(error: StepError): boolean;
  /** Called after each outcome that was folded in. */
  settled?(): void;
};

/** How driving ended. `stopped` leaves it to the caller to say who asked; `paused` waits for an answer. */
export type DriveEnd =
  | { status: "succeeded" | "partial-succeeded" | "stopped" }
  | { status: "paused" }
  | { status: "failed"; error: RunError };

/** A timer that is set to more fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Event loop time that steps may take in a row before everybody else gets a turn. */
const SLICE_MS = 8;

/**
 * Starts what is ready, folds outcomes in, and goes on until nothing is left to do.
 *
 *     take ready ──▶ run node ──▶ outcome ──▶ journal entry ──▶ fold ──▶ new ready steps
 *        │             └─ failed, tries left ──▶ wait ──▶ run node again
 *        └─ a container: open ──▶ fold ──▶ rounds' steps … close ──▶ outcome
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
  #outputBytes: number;
  #end: DriveEnd | undefined;
  #wake: () => void = () => {};
  #sliceStartedAt = 0;

  constructor(needs: DriveNeeds, request: DriveRequest) {
    this.#needs = needs;
    this.#request = request;
    this.#outputBytes = request.outputBytes;
    this.#startedAt = needs.clock.now();
  }

  async run(): Promise<DriveEnd> {
    const { signal, limits, activeMs, progress } = this.#request;
    const stop = () => this.#finish({ status: "stopped" });
    const timer = setTimeout(() => this.#exceedTime(), timerMs(limits.softMs - activeMs));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      this.#publishReply(progress.takeReply());
      await this.#loop();
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      // Whatever still works is abandoned: its outcome is no longer this run's.
      this.#abort.abort(aborted);
    }
    return this.#end!;
  }

  async #loop(): Promise<void> {
    this.#sliceStartedAt = performance.now();
    while (this.#end === undefined) {
      const ready = this.#next();
      if (ready !== undefined) {
        this.#act(ready);
        if (performance.now() - this.#sliceStartedAt > SLICE_MS) await this.#yield();
      } else if (this.#running > 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#sliceStartedAt = performance.now();
      } else {
        this.#finishWithNothingLeft();
      }
    }
  }

  /** While a step waits for a person nothing new starts; what is at work ends first, then the run pauses. */
  #next(): ReadyStep | undefined {
    const { progress, limits } = this.#request;
    if (this.#running >= limits.maxParallelSteps || progress.state.waiting.size > 0) return undefined;
    return progress.state.takeReady();
  }

  #finishWithNothingLeft(): void {
    const { state } = this.#request.progress;
    // The journal may end with the failure: whoever wrote it went away before the run was settled.
    if (state.failure !== undefined) this.#failBy(state.failure);
    else if (state.waiting.size > 0) this.#finish({ status: "paused" });
    else this.#finish({ status: state.exceptionsCount > 0 ? "partial-succeeded" : "succeeded" });
  }

  async #yield(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#sliceStartedAt = performance.now();
  }

  #act(ready: ReadyStep): void {
    const { frame, node, step } = ready;
    const { state } = this.#request.progress;
    if (step.phase === "close") {
      const container = frame.containers.get(node)!;
      return this.#settle(new Attempt(this.#request.runId, ready, container.openedAt), container.outcome());
    }
    const isFirst = step.index === 0;
    state.countStart(step);
    const waitMs = step.attempt === 1 ? 0 : node.retry.intervalMs * node.retry.growth ** (step.attempt - 2);
    const start = () => {
      const attempt = new Attempt(this.#request.runId, ready, this.#now());
      if (step.phase === "open") this.#open(attempt);
      else this.#execute(attempt, isFirst);
    };
    if (waitMs === 0) return start();
    this.#running += 1;
    setTimeout(() => {
      this.#running -= 1;
      if (this.#end === undefined) start();
      this.#wake();
    }, timerMs(waitMs));
  }

  #open(attempt: Attempt): void {
    const { frame, node, identity, startedAt } = attempt;
    const change = this.#record({ kind: "opened", ...identity, at: startedAt });
    const { inputs, length } = frame.containers.get(node)!;
    const { type: nodeType, title } = node;
    this.#request.publish({ type: "container.started", ...identity, nodeType, title, at: startedAt, inputs, length });
    this.#tell(change);
  }

  #execute(attempt: Attempt, isAnnounced: boolean): void {
    const { node, identity, startedAt, step } = attempt;
    if (isAnnounced) {
      this.#request.publish({
        type: "step.started",
        ...identity,
        nodeType: node.type,
        title: node.title,
        containerType: attempt.container?.type ?? null,
        at: startedAt,
      });
    }
    if (node.disabled) return this.#settle(attempt, { status: "succeeded", outputs: {} });
    if (node.definition.hasOutsideEffects !== true) return this.#call(attempt);
    if (step.begun && node.atMostOnce) return this.#settle(attempt, { ...fail(effectUnknown(node)), isFinal: true });
    this.#record({ kind: "started", ...identity, at: startedAt });
    this.#await(
      attempt,
      this.#request.journal.flush().then(() => this.#run(attempt)),
    );
  }

  #call(attempt: Attempt): void {
    let result: Outcome | Promise<Outcome>;
    try {
      result = this.#run(attempt);
    } catch (error) {
      return this.#settle(attempt, this.#unexpected(attempt.node, error));
    }
    if (result instanceof Promise) this.#await(attempt, result);
    else this.#take(attempt, result);
  }

  #await(attempt: Attempt, result: Promise<Outcome>): void {
    this.#running += 1;
    result
      .catch((error: unknown) => this.#unexpected(attempt.node, error))
      .then((outcome) => {
        this.#running -= 1;
        if (this.#end === undefined) this.#take(attempt, outcome);
        this.#wake();
      });
  }

  #take(attempt: Attempt, outcome: Outcome): void {
    if (outcome.status === "paused") this.#wait(attempt, outcome);
    else if (outcome.status === "failed" && this.#request.disown?.(outcome.error) === true) return;
    else this.#settle(attempt, outcome);
  }

  #run(attempt: Attempt): Outcome | Promise<Outcome> {
    const { frame, node, step } = attempt;
    const { progress, replay } = this.#request;
    const { clock, ports: portsFor } = this.#needs;
    const given = {
      emit: (part: StreamPart) => {
        if (this.#end !== undefined) return;
        if (part.type === "text") {
          this.#publishReply(progress.addChunk(frame, node.id, part.output, part.text, part.final));
        } else if (progress.showsReasoningOf(frame, node.id)) {
          this.#request.publish({ type: "reasoning-delta", nodeId: node.id, text: part.text, final: part.final });
        }
      },
      now: () => replay?.timeOf(frame.path, node.id, step.attempt) ?? clock.now(),
      random: attempt.random(progress.state.seed),
    };
    const ports = node.definition.needs.length === 0 ? noPorts : portsFor(attempt.call);
    const run = (signal: AbortSignal) =>
      node.definition.run(new StepContext(attempt, { ...given, signal }) as never, ports as never);
    const { signal } = this.#abort;
    return node.timeoutMs === null ? run(signal) : withTimeout(node.timeoutMs, signal, run);
  }

  #wait(attempt: Attempt, { reason }: Paused): void {
    const { identity, startedAt } = attempt;
    this.#record({ kind: "waiting", ...identity, at: this.#now(), startedAt, reason });
    const { nodeId, frame } = identity;
    const answer = this.#request.replay?.answerTo(frame, nodeId);
    if (answer !== undefined) this.#record({ kind: "answered", nodeId, frame, at: this.#now(), answer });
  }

  #settle(attempt: Attempt, given: StepOutcome): void {
    const { node, startedAt, identity, calls } = attempt;
    const { journal, limits } = this.#request;
    const outcome = this.#withinSize(given, limits.maxStepOutputBytes);
    const facts = { ...identity, container: attempt.container, startedAt, finishedAt: this.#now(), calls };
    const entry = settleOutcome(node, facts, outcome);
    const { pieces, rounds } = this.#record(entry);
    this.#publishReply(pieces);
    this.#request.publish(
      entry.status === "retried"
        ? { type: "step.retried", step: entry, retryIndex: entry.attempt }
        : { type: "step.finished", step: entry },
    );
    this.#tell({ pieces: [], rounds });
    // A group that cannot be written ends the run through the journal's own error path.
    if (node.definition.hasOutsideEffects === true) journal.flush().catch(() => {});
    this.#request.settled?.();
    this.#checkEnd(node, entry);
  }

  #record(entry: JournalEntry): Change {
    this.#request.journal.add(entry);
    return this.#request.progress.apply(entry);
  }

  #tell({ pieces, rounds }: Change): void {
    this.#publishReply(pieces);
    for (const { frame, at } of rounds) {
      const { container, index } = frame.place!;
      if (!container.isAnnounced(index)) continue;
      const { id: nodeId, type: nodeType, title } = container.node;
      const path = container.frame.path;
      this.#request.publish({ type: "round.started", nodeId, nodeType, title, frame: path, round: index, at });
    }
  }

  #checkEnd(node: GraphNode, entry: StepSettled): void {
    const { state } = this.#request.progress;
    const { maxSteps, maxRunOutputBytes } = this.#request.limits;
    if (state.failure !== undefined) {
      this.#failBy(state.failure);
    } else if (node.chooses && entry.status !== "retried" && entry.status !== "failed" && entry.branch === null) {
      this.#fail("run.no-branch", `Step "${node.title}" completed without selecting a branch.`, node.id);
    } else if (state.stepsStarted > maxSteps) {
      this.#fail("run.step-limit", `Aborted: Maximum execution steps exceeded: ${state.stepsStarted} > ${maxSteps}`);
    } else if (this.#outputBytes > maxRunOutputBytes) {
      const message = `The run's steps have given more than ${maxRunOutputBytes} bytes together, the limit for one run (DIWAN_RUN_OUTPUT_MAX_BYTES).`;
      this.#fail("run.outputs-too-large", message, node.id);
    }
  }

  /** A step that gives more than the run may carry has failed. */
  #withinSize(outcome: StepOutcome, maxBytes: number): StepOutcome {
    if (outcome.outputs === undefined) return outcome;
    const bytes = sizeUpTo(outcome.outputs, maxBytes);
    if (bytes > maxBytes) {
      const message = `The step's outputs are larger than ${maxBytes} bytes, the limit for one step (DIWAN_STEP_OUTPUT_MAX_BYTES).`;
      return fail({ type: "OutputTooLargeError", code: "run.step-output-too-large", message });
    }
    this.#outputBytes += bytes;
    return outcome;
  }

  #exceedTime(): void {
    const { activeMs, limits } = this.#request;
    const seconds = (activeMs + this.#now() - this.#startedAt) / 1000;
    const limit = limits.softMs / 1000;
    this.#fail("run.time-limit", `Aborted: Maximum execution time exceeded: ${seconds.toFixed(2)}s > ${limit}s`);
  }

  #failBy({ nodeId, error: { code, message } }: { nodeId: string; error: StepError }): void {
    this.#finish({ status: "failed", error: { code, message, nodeId } });
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

  #unexpected(node: GraphNode, error: unknown): StepOutcome {
    const ours = asDiwanError(error);
    if (ours.kind === "defect") this.#needs.logger.error({ err: error, node_type: node.type }, "A step broke.");
    return fail({ type: "WorkflowNodeError", code: ours.code, message: ours.message });
  }

  #now(): number {
    return this.#needs.clock.now();
  }
}

const noPorts = {};

function effectUnknown(node: GraphNode): StepError {
  const message = `Whether step "${node.title}" had its effect is not known: the process that ran it went away, and the step is marked to run at most once.`;
  return { type: "EffectUnknownError", code: "run.effect-unknown", message };
}

function timerMs(ms: number): number {
  return Math.min(Math.max(0, ms), MAX_TIMER_MS);
}
