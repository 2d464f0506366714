import { type JournalEntry, type ModelUsage, noUsage, type StepSettled } from "@diwan/contracts";
import type { Graph, GraphEdge, GraphNode } from "../graph/graph.ts";
import type { Value } from "../values/index.ts";
import type { VariablePool } from "../variables/variable-pool.ts";
import { addUsage } from "./usage.ts";

const UNKNOWN = 0;
const TAKEN = 1;
const SKIPPED = 2;

/** A step that may start now. `attempt` counts from 1. */
export type ReadyStep = { node: GraphNode; attempt: number };

/** What the state tells whoever watches it change; the reply's order depends on edges as well as on outputs. */
export type StateListener = {
  edgeTaken(edge: GraphEdge): void;
  nodeSkipped(node: GraphNode): void;
};

/**
 * The state of a run: the fold of its journal over the graph. A live run and one that is taken up again after a crash
 * call the same `apply`, so they cannot differ.
 *
 *     unknown ──edge taken, none unknown──▶ ready ──started──▶ settled ──▶ outgoing edges taken or skipped
 *        └──────all edges skipped──────▶ skipped ──▶ outgoing edges skipped
 */
export class RunState {
  readonly graph: Graph;
  readonly variables: VariablePool;
  readonly outputs: Record<string, Value> = {};
  usage: ModelUsage = noUsage;
  /** Failed attempts, handled or not. */
  exceptionsCount = 0;
  /** Step starts so far, retries left out; also the number the next start gets, less one. */
  stepsStarted = 0;
  /** Of the run's own graph, retries included. */
  totalSteps = 0;
  /** The step that ended the run, if one did. */
  failure: { nodeId: string; error: NonNullable<StepSettled["error"]> } | undefined;

  readonly #listener: StateListener;
  readonly #nodes: Uint8Array;
  readonly #edges: Uint8Array;
  /** By node: incoming edges whose fate is open, and whether one was taken. */
  readonly #openEdges: Uint32Array;
  readonly #anyTaken: Uint8Array;
  readonly #ready: ReadyStep[] = [];
  #nextReady = 0;
  /** Queued or running steps by node, with the attempt that is due. */
  readonly #open = new Map<GraphNode, number>();

  /** @param root  Where the run starts; every other root of the graph is skipped. */
  constructor(graph: Graph, root: GraphNode, variables: VariablePool, listener: StateListener) {
    this.graph = graph;
    this.variables = variables;
    this.#listener = listener;
    this.#nodes = new Uint8Array(graph.nodes.length);
    this.#edges = new Uint8Array(graph.edges.length);
    this.#openEdges = Uint32Array.from(graph.nodes, (node) => node.incoming.length);
    this.#anyTaken = new Uint8Array(graph.nodes.length);
    for (const other of graph.roots) {
      if (other === root || other.containerId !== null) continue;
      this.#nodes[other.index] = SKIPPED;
      for (const edge of other.outgoing) this.#skip(edge);
    }
    this.#queue(root, 1);
  }

  /** Nothing is queued and nothing runs. */
  get isDone(): boolean {
    return this.failure !== undefined || this.#open.size === 0;
  }

  /** The next step to start, in the order in which steps became ready. */
  takeReady(): ReadyStep | undefined {
    while (this.failure === undefined && this.#nextReady < this.#ready.length) {
      const step = this.#ready[this.#nextReady]!;
      this.#nextReady += 1;
      // A journal that is folded settles steps nobody took from here.
      if (this.#open.get(step.node) === step.attempt) return step;
    }
    return undefined;
  }

  /** Counts a start and gives it its index. A retry keeps the index of the first try. */
  countStart(attempt: number): number {
    this.totalSteps += 1;
    if (attempt === 1) this.stepsStarted += 1;
    return this.stepsStarted;
  }

  /** Folds one journal entry in. Entries of a live run come with their start already counted. */
  apply(entry: JournalEntry): void {
    if (entry.kind === "started") return;
    const node = this.graph.byId.get(entry.nodeId);
    if (node === undefined) return;
    if (entry.usage !== null) this.usage = addUsage(this.usage, entry.usage);
    if (entry.status !== "succeeded") this.exceptionsCount += 1;
    switch (entry.status) {
      case "retried":
        this.#queue(node, entry.attempt + 1);
        return;
      case "failed":
        this.#open.delete(node);
        this.failure = { nodeId: node.id, error: entry.error! };
        return;
      case "exception":
      case "succeeded":
        this.#open.delete(node);
        this.#finish(node, entry);
    }
  }

  /** Folds a journal read back from storage. */
  replay(journal: readonly JournalEntry[]): void {
    for (const entry of journal) {
      if (entry.kind === "settled") {
        this.totalSteps += 1;
        this.stepsStarted = Math.max(this.stepsStarted, entry.index);
      }
      this.apply(entry);
    }
  }

  isSkipped(node: GraphNode): boolean {
    return this.#nodes[node.index] === SKIPPED;
  }

  #finish(node: GraphNode, entry: StepSettled): void {
    const outputs = entry.outputs as Record<string, Value>;
    this.variables.setAll(node.id, outputs);
    if (node.kind === "response") this.#mergeOutputs(outputs);
    if (!node.chooses) {
      for (const edge of node.outgoing) this.#take(edge);
      return;
    }
    const branch = entry.branch ?? "source";
    // Edges not taken come first: what they skip can be what releases a join.
    for (const edge of node.outgoing) if (edge.handle !== branch) this.#skip(edge);
    for (const edge of node.outgoing) if (edge.handle === branch) this.#take(edge);
  }

  /** Later outputs win, except `answer`, which grows. */
  #mergeOutputs(outputs: Record<string, Value>): void {
    for (const [name, value] of Object.entries(outputs)) {
      const before = this.outputs[name];
      this.outputs[name] =
        name === "answer" && typeof before === "string" && typeof value === "string" ? before + value : value;
    }
  }

  #take(edge: GraphEdge): void {
    this.#decide(edge, TAKEN);
    this.#listener.edgeTaken(edge);
    if (this.#openEdges[edge.target.index] === 0) this.#queue(edge.target, 1);
  }

  /** Skipping runs ahead through everything that only this edge could have started. */
  #skip(first: GraphEdge): void {
    const pending = [first];
    for (let edge = pending.pop(); edge !== undefined; edge = pending.pop()) {
      this.#decide(edge, SKIPPED);
      const target = edge.target;
      if (this.#openEdges[target.index]! > 0 || this.#nodes[target.index] !== UNKNOWN) continue;
      if (this.#anyTaken[target.index] === 1) {
        this.#queue(target, 1);
        continue;
      }
      this.#nodes[target.index] = SKIPPED;
      this.#listener.nodeSkipped(target);
      // The last edge goes on the stack first, so that edges are handled in file order.
      for (let place = target.outgoing.length - 1; place >= 0; place -= 1) pending.push(target.outgoing[place]!);
    }
  }

  #decide(edge: GraphEdge, fate: typeof TAKEN | typeof SKIPPED): void {
    if (this.#edges[edge.index] !== UNKNOWN) return;
    this.#edges[edge.index] = fate;
    this.#openEdges[edge.target.index]! -= 1;
    if (fate === TAKEN) this.#anyTaken[edge.target.index] = 1;
  }

  #queue(node: GraphNode, attempt: number): void {
    // A join can be found ready by its last taken and by its last skipped edge; it still runs once.
    if (attempt === 1 && this.#nodes[node.index] !== UNKNOWN) return;
    this.#nodes[node.index] = TAKEN;
    this.#open.set(node, attempt);
    this.#ready.push({ node, attempt });
  }
}
