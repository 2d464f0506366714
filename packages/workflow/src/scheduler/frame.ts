import type { FramePath, StepError } from "@diwan/contracts";
import { type ModelUsage, noUsage, type PauseAnswer } from "@diwan/contracts";
import type { Graph, GraphEdge, GraphNode } from "../graph/graph.ts";
import type { Value } from "../values/index.ts";
import type { VariablePool } from "../variables/variable-pool.ts";
import type { OpenContainer } from "./open-container.ts";

const UNKNOWN = 0;
const TAKEN = 1;
const SKIPPED = 2;

/**
 * What is due at a step: a try, the beginning or the end of a container, or nothing until an answer comes.
 *
 *     executable:  run ──▶ settled                         container:  open ──▶ rounds ──▶ close ──▶ settled
 *                  run ──▶ waiting ──answered──▶ run
 */
export type Phase = "run" | "open" | "rounds" | "close" | "waiting";

/** A step between becoming ready and its settlement. */
export type OpenStep = {
  attempt: number;
  phase: Phase;
  /** Position among the run's step starts; 0 until it starts. */
  index: number;
  /** This attempt's beginning is in the journal. */
  begun: boolean;
  answer: PauseAnswer | undefined;
  /** Grows with everything that becomes due: what became due before is so no longer. */
  version: number;
};

/** Told of what decides the order of the reply. */
export type FrameListener = {
  edgeTaken(edge: GraphEdge): void;
  nodeSkipped(node: GraphNode): void;
};

/** Where a frame belongs: which round of which container. */
export type FramePlace = { container: OpenContainer; index: number; openedAt: number };

type FrameOptions = {
  graph: Graph;
  variables: VariablePool;
  path: FramePath;
  place: FramePlace | undefined;
  /** Of the frame around it, where the variables are the same. */
  conversation: Map<string, Value>;
  onReady(frame: Frame, node: GraphNode): void;
};

/**
 * One passage through a graph: the run's own, or one round of a container. Knows which edges are taken and skipped, and
 * with that which steps are ready.
 *
 *     unknown ──edge taken, none unknown──▶ open ──settled──▶ outgoing edges taken or skipped
 *        └──────all edges skipped──────▶ skipped ──▶ outgoing edges skipped
 */
export class Frame {
  readonly graph: Graph;
  readonly variables: VariablePool;
  readonly path: FramePath;
  readonly place: FramePlace | undefined;
  readonly open = new Map<GraphNode, OpenStep>();
  readonly containers = new Map<GraphNode, OpenContainer>();
  /** What its response nodes gave; `answer` grows, the rest is overwritten. */
  readonly outputs: Record<string, Value> = {};
  /** Values of conversation variables that its steps wrote, by name. */
  readonly conversation: Map<string, Value>;
  usage: ModelUsage = noUsage;
  /** The first step of a round that failed for good; the round's other branches go on. */
  failure: StepError | undefined;
  /** A step said that this round is the last. */
  isLast = false;
  hasEnded = false;
  listener: FrameListener | undefined;

  readonly #onReady: FrameOptions["onReady"];
  readonly #nodes: Uint8Array;
  readonly #edges: Uint8Array;
  /** By node: incoming edges whose fate is open, and whether one was taken. */
  readonly #openEdges: Uint32Array;
  readonly #anyTaken: Uint8Array;

  constructor({ graph, variables, path, place, conversation, onReady }: FrameOptions) {
    this.graph = graph;
    this.variables = variables;
    this.path = path;
    this.place = place;
    this.conversation = conversation;
    this.#onReady = onReady;
    this.#nodes = new Uint8Array(graph.nodes.length);
    this.#edges = new Uint8Array(graph.edges.length);
    this.#openEdges = new Uint32Array(graph.nodes.length);
    for (const node of graph.nodes) this.#openEdges[node.index] = node.incoming.length;
    this.#anyTaken = new Uint8Array(graph.nodes.length);
  }

  /** Begins at a root; every other root is skipped. */
  beginAt(root: GraphNode): void {
    for (const other of this.graph.roots) {
      if (other === root) continue;
      this.#nodes[other.index] = SKIPPED;
      this.listener?.nodeSkipped(other);
      for (const edge of other.outgoing) this.#skip(edge);
    }
    this.#queue(root);
  }

  /** Begins behind a start marker, which is no step itself. */
  beginBehind(marker: GraphNode): void {
    this.#nodes[marker.index] = TAKEN;
    for (const edge of marker.outgoing) this.#take(edge);
  }

  isSkipped(node: GraphNode): boolean {
    return this.#nodes[node.index] === SKIPPED;
  }

  /** Makes something due at an open step. */
  due(node: GraphNode, change: Partial<OpenStep> & { phase: Phase }): void {
    const step = this.open.get(node)!;
    Object.assign(step, change);
    step.version += 1;
    this.#onReady(this, node);
  }

  /** Follows the edges of a step that succeeded, or failed in a way its error strategy handles. */
  follow(node: GraphNode, branch: string | null): void {
    if (!node.chooses) {
      for (const edge of node.outgoing) this.#take(edge);
      return;
    }
    const chosen = branch ?? "source";
    // Edges not taken come first: what they skip can be what releases a join.
    for (const edge of node.outgoing) if (edge.handle !== chosen) this.#skip(edge);
    for (const edge of node.outgoing) if (edge.handle === chosen) this.#take(edge);
  }

  mergeOutputs(outputs: Readonly<Record<string, Value>>): void {
    for (const [name, value] of Object.entries(outputs)) {
      const before = this.outputs[name];
      this.outputs[name] =
        name === "answer" && typeof before === "string" && typeof value === "string" ? before + value : value;
    }
  }

  #take(edge: GraphEdge): void {
    this.#decide(edge, TAKEN);
    this.listener?.edgeTaken(edge);
    if (this.#openEdges[edge.target.index] === 0) this.#queue(edge.target);
  }

  /** Skipping runs ahead through everything that only this edge could have started. */
  #skip(first: GraphEdge): void {
    const pending = [first];
    for (let edge = pending.pop(); edge !== undefined; edge = pending.pop()) {
      this.#decide(edge, SKIPPED);
      const target = edge.target;
      if (this.#openEdges[target.index]! > 0 || this.#nodes[target.index] !== UNKNOWN) continue;
      if (this.#anyTaken[target.index] === 1) {
        this.#queue(target);
        continue;
      }
      this.#nodes[target.index] = SKIPPED;
      this.listener?.nodeSkipped(target);
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

  #queue(node: GraphNode): void {
    // A join can be found ready by its last taken and by its last skipped edge; it still runs once.
    if (this.#nodes[node.index] !== UNKNOWN) return;
    this.#nodes[node.index] = TAKEN;
    const phase = node.inner === undefined ? "run" : "open";
    this.open.set(node, { attempt: 1, phase, index: 0, begun: false, answer: undefined, version: 0 });
    this.#onReady(this, node);
  }
}
