import {
  type FramePath,
  type JournalEntry,
  type ModelUsage,
  noUsage,
  type RunBegun,
  type StepError,
  type StepSettled,
  type StepWaiting,
} from "@diwan/contracts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import type { Rounds } from "../node-definition.ts";
import type { Value } from "../values/index.ts";
import type { VariablePool } from "../variables/variable-pool.ts";
import { Frame, type FrameListener, type OpenStep } from "./frame.ts";
import { isFailed, OpenContainer } from "./open-container.ts";
import { addUsage } from "./usage.ts";

/** Something that may be done now. */
export type ReadyStep = { frame: Frame; node: GraphNode; step: OpenStep; version: number };

/** Watches what the fold does, for whoever tells others of it. */
export type RunWatcher = {
  /** May give a listener that is told of the frame's edges. */
  frameOpened(frame: Frame): FrameListener | undefined;
  frameEnded(frame: Frame): void;
};

/**
 * The state of a run: the fold of its journal over the graph. A live run and one that is taken up again after a crash
 * call the same `apply`, so they cannot differ. Nothing but `apply` changes it; `takeReady` only hands out what is due.
 */
export class RunState {
  readonly root: Frame;
  usage: ModelUsage = noUsage;
  /** Failed attempts, handled or not. */
  exceptionsCount = 0;
  /** Step starts so far, retries left out; the next start gets the next number. */
  stepsStarted = 0;
  /** Settled attempts of the run's own graph. */
  totalSteps = 0;
  /** The step that ended the run, if one did. */
  failure: { nodeId: string; error: StepError } | undefined;
  /** Where the run's random numbers come from. */
  seed = "";
  /** Steps that wait for an answer. */
  readonly waiting = new Map<OpenStep, StepWaiting>();

  readonly #watcher: RunWatcher;
  #ready: ReadyStep[] = [];
  #nextReady = 0;
  /** Time of the entry being folded in, so that times inside are the journal's. */
  #at = 0;

  /** @param root  Where the run starts; every other root of the graph is skipped. */
  constructor(graph: Graph, root: GraphNode, variables: VariablePool, watcher: RunWatcher) {
    this.#watcher = watcher;
    this.root = this.#frame(graph, variables, [], undefined, new Map());
    this.root.beginAt(root);
  }

  get variables(): VariablePool {
    return this.root.variables;
  }

  get outputs(): Record<string, Value> {
    return this.root.outputs;
  }

  /** Nothing is due, at work or waited for. */
  get isDone(): boolean {
    return this.failure !== undefined || this.root.open.size === 0;
  }

  /** The next step to act on, in the order in which steps became ready. */
  takeReady(): ReadyStep | undefined {
    while (this.failure === undefined && this.#nextReady < this.#ready.length) {
      const ready = this.#ready[this.#nextReady]!;
      this.#nextReady += 1;
      if (this.#nextReady > 1_000 && this.#nextReady * 2 > this.#ready.length) {
        this.#ready = this.#ready.slice(this.#nextReady);
        this.#nextReady = 0;
      }
      // A journal that is folded settles steps nobody took from here.
      if (ready.frame.open.get(ready.node) === ready.step && ready.version === ready.step.version) return ready;
    }
    return undefined;
  }

  /** Counts a start and gives the step its index, which a retry keeps. */
  countStart(step: OpenStep): void {
    if (step.index > 0) return;
    this.stepsStarted += 1;
    step.index = this.stepsStarted;
  }

  /** The frame at a path, as long as it is under way. */
  frameAt(path: FramePath): Frame | undefined {
    let frame: Frame | undefined = this.root;
    for (const [nodeId, index] of path) {
      const node: GraphNode | undefined = frame?.graph.byId.get(nodeId);
      frame = node === undefined ? undefined : frame?.containers.get(node)?.open.get(index);
    }
    return frame;
  }

  /** Folds one journal entry in. */
  apply(entry: JournalEntry): void {
    if (entry.kind === "begun") return this.#begin(entry);
    const frame = this.frameAt(entry.frame);
    const node = frame?.graph.byId.get(entry.nodeId);
    const step = node === undefined ? undefined : frame?.open.get(node);
    if (frame === undefined || node === undefined || step === undefined) return;
    if (entry.kind !== "answered") {
      step.index = entry.index;
      this.stepsStarted = Math.max(this.stepsStarted, entry.index);
    }
    switch (entry.kind) {
      case "started":
        step.begun = true;
        return;
      case "opened":
        this.#at = entry.at;
        return this.#open(frame, node, step);
      case "waiting":
        step.phase = "waiting";
        step.version += 1;
        this.waiting.set(step, entry);
        return;
      case "answered":
        if (!this.waiting.delete(step)) return;
        return frame.due(node, { phase: "run", answer: entry.answer });
      case "settled":
        this.#at = entry.finishedAt;
        return this.#settle(frame, node, entry);
    }
  }

  #begin({ seed, conversation }: RunBegun): void {
    this.seed ||= seed;
    this.variables.setAll("conversation", conversation as Record<string, Value>);
    // Other turns may have written since a run that goes on wrote its own: those are theirs to keep.
    this.root.conversation.clear();
  }

  #settle(frame: Frame, node: GraphNode, entry: StepSettled): void {
    if (frame === this.root) this.totalSteps += 1;
    // What a container used was counted at the steps inside it.
    if (entry.usage !== null && node.inner === undefined) {
      this.usage = addUsage(this.usage, entry.usage);
      frame.usage = addUsage(frame.usage, entry.usage);
    }
    if (entry.status !== "succeeded") this.exceptionsCount += 1;
    if (entry.status === "retried") {
      frame.due(node, { phase: "run", attempt: entry.attempt + 1, begun: false, answer: undefined });
      return;
    }
    frame.open.delete(node);
    frame.containers.delete(node);
    if (entry.status === "failed") {
      if (frame === this.root) this.failure = { nodeId: node.id, error: entry.error! };
      else frame.failure ??= entry.error!;
    } else {
      this.#keep(frame, node, entry);
      frame.follow(node, entry.branch);
    }
    if (frame.open.size === 0 && frame.place !== undefined) this.#endRound(frame);
  }

  #keep(frame: Frame, node: GraphNode, entry: StepSettled): void {
    const outputs = entry.outputs as Record<string, Value>;
    frame.variables.setAll(node.id, outputs);
    for (const { selector, value } of entry.writes ?? []) {
      frame.variables.set(...selector, value as Value);
      if (selector[0] === "conversation") frame.conversation.set(selector[1], value as Value);
    }
    if (node.kind === "response") frame.mergeOutputs(outputs);
    if (node.definition.endsRounds === true) frame.isLast = true;
  }

  #open(frame: Frame, node: GraphNode, step: OpenStep): void {
    step.phase = "rounds";
    step.version += 1;
    const { variables } = frame;
    const { nodeIds: innerIds, maxRounds } = node.inner!;
    const rounds = node.definition.container!.open({
      nodeId: node.id,
      settings: node.settings as never,
      variables,
      innerIds,
      maxRounds,
    });
    const container = new OpenContainer(node, frame, rounds, this.#at);
    frame.containers.set(node, container);
    this.#advance(container);
  }

  /** Opens the rounds that may be open now; a round without steps ends at once. */
  #advance(container: OpenContainer): void {
    const { frame, node, rounds } = container;
    const inner = node.inner!;
    if (!isFailed(rounds)) {
      for (let round = rounds.next(); round !== undefined; round = rounds.next()) {
        const { index, variables } = round;
        const path: FramePath = [...frame.path, [node.id, index]];
        const conversation = variables === frame.variables ? frame.conversation : new Map<string, Value>();
        const place = { container, index, openedAt: this.#at };
        const opened = this.#frame(inner.graph, variables, path, place, conversation);
        container.open.set(index, opened);
        opened.beginBehind(inner.marker);
        if (opened.open.size === 0) this.#closeFrame(container, rounds, opened);
      }
    }
    if (container.open.size === 0) frame.due(node, { phase: "close" });
  }

  #endRound(frame: Frame): void {
    const { container } = frame.place!;
    if (isFailed(container.rounds)) return;
    this.#closeFrame(container, container.rounds, frame);
    this.#advance(container);
  }

  #closeFrame(container: OpenContainer, rounds: Rounds, frame: Frame): void {
    const { index, openedAt } = frame.place!;
    frame.hasEnded = true;
    container.open.delete(index);
    if (frame.usage !== noUsage) {
      container.usage = addUsage(container.usage, frame.usage);
      container.frame.usage = addUsage(container.frame.usage, frame.usage);
    }
    rounds.ended({
      index,
      variables: frame.variables,
      failure: frame.failure,
      isLast: frame.isLast,
      durationMs: this.#at - openedAt,
      usage: frame.usage,
    });
    container.early.set(index, frame);
    for (let next = container.early.get(container.current); next !== undefined; ) {
      container.early.delete(container.current);
      container.current += 1;
      giveBack(next, container.frame);
      this.#watcher.frameEnded(next);
      next = container.early.get(container.current);
    }
  }

  #frame(
    graph: Graph,
    variables: VariablePool,
    path: FramePath,
    place: Frame["place"],
    conversation: Map<string, Value>,
  ): Frame {
    const onReady = (ready: Frame, node: GraphNode) => {
      const step = ready.open.get(node)!;
      this.#ready.push({ frame: ready, node, step, version: step.version });
    };
    const frame = new Frame({ graph, variables, path, place, conversation, onReady });
    frame.listener = this.#watcher.frameOpened(frame);
    return frame;
  }
}

/** What a round leaves to the graph around it, in the order of the rounds: conversation variables and the reply. */
function giveBack(round: Frame, around: Frame): void {
  if (round.conversation !== around.conversation) {
    for (const [name, value] of round.conversation) {
      around.variables.set("conversation", name, value);
      around.conversation.set(name, value);
    }
  }
  if (round.failure === undefined) around.mergeOutputs(round.outputs);
}
