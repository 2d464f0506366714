import type { Graph, GraphEdge, GraphNode } from "../graph/graph.ts";
import { renderMarkdown } from "../values/index.ts";
import type { TemplateSegment } from "../variables/text-template.ts";
import type { Selector, VariablePool } from "../variables/variable-pool.ts";

/** A piece of the reply in its final order. */
export type ReplyPiece = { text: string; selector: string[] };

const ownless: ReadonlySet<string> = new Set(["sys", "env", "conversation", "rag"]);

type Stream = { chunks: string[]; closed: boolean; hadText: boolean };
type Session = { node: GraphNode; cursor: number };

/**
 * Puts what nodes stream into the order in which the response nodes' templates name it.
 *
 * A response node's template is *reached* once no undecided fork lies between the start and it; reached templates form
 * a queue, and only the first of it writes. It writes its text at once and waits at a variable that is not there yet.
 *
 *     template ──way free──▶ waiting ──first in queue──▶ active ──cursor at the end──▶ done
 *
 * @source the app file contract, response streaming order
 */
export class ResponseStreams {
  readonly #variables: VariablePool;
  #reaches: Reach[];
  readonly #referenced: ReadonlySet<string>;
  readonly #skipped = new Set<string>();
  readonly #streams = new Map<string, Stream>();
  readonly #queue: Session[] = [];
  readonly #reasoningSources: ReadonlySet<string>;

  constructor(graph: Graph, root: GraphNode, variables: VariablePool) {
    this.#variables = variables;
    const responses = graph.nodes.filter((node) => node.template.length > 0).sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#reaches = reachesOf(responses, root);
    const selectors = responses.flatMap((node) =>
      node.template.flatMap((segment) => (segment.type === "variable" ? [segment.selector] : [])),
    );
    this.#referenced = new Set(selectors.map((selector) => selector.join(".")));
    this.#reasoningSources = new Set(
      selectors.flatMap(([nodeId, name]) => (name === "text" || name === "reasoning_content" ? [nodeId!] : [])),
    );
    this.#activateReached();
  }

  /** A chunk of a streamed output. The empty final one closes the stream. */
  addChunk(nodeId: string, output: string, text: string, final: boolean): void {
    const key = `${nodeId}.${output}`;
    if (!this.#referenced.has(key)) return;
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      stream = { chunks: [], closed: false, hadText: false };
      this.#streams.set(key, stream);
    }
    if (text !== "") {
      stream.chunks.push(text);
      stream.hadText = true;
    }
    if (final) stream.closed = true;
  }

  /** Whether reasoning of this node goes out: some template prints its text. */
  showsReasoningOf(nodeId: string): boolean {
    return this.#reasoningSources.has(nodeId);
  }

  edgeTaken(edge: GraphEdge): void {
    for (const reach of this.#reaches) reach.edgeTaken(edge);
    this.#activateReached();
  }

  nodeSkipped(node: GraphNode): void {
    this.#skipped.add(node.id);
  }

  /** What can be written now. Call after every chunk, edge and outcome. */
  drain(): ReplyPiece[] {
    const pieces: ReplyPiece[] = [];
    while (this.#queue.length > 0 && this.#advance(this.#queue[0]!, pieces)) this.#queue.shift();
    return pieces;
  }

  /** True when the session has written its whole template. */
  #advance(session: Session, pieces: ReplyPiece[]): boolean {
    const { template } = session.node;
    while (session.cursor < template.length) {
      if (!this.#write(session.node, template[session.cursor]!, pieces)) return false;
      session.cursor += 1;
    }
    return true;
  }

  /** False when the segment has to wait. */
  #write(node: GraphNode, segment: TemplateSegment, pieces: ReplyPiece[]): boolean {
    if (segment.type === "text") {
      pieces.push({ text: segment.text, selector: [node.id, "answer"] });
      return true;
    }
    const { selector } = segment;
    if (this.#skipped.has(selector[0]!)) return true;
    const stream = this.#streams.get(selector.join("."));
    if (stream === undefined || (stream.closed && !stream.hadText)) return this.#writeValue(node, selector, pieces);
    for (const text of stream.chunks) pieces.push({ text, selector });
    stream.chunks.length = 0;
    return stream.closed;
  }

  #writeValue(node: GraphNode, selector: string[], pieces: ReplyPiece[]): boolean {
    const value = this.#variables.get(selector);
    if (value === undefined) return false;
    const text = renderMarkdown(value);
    // Values that no step made speak with the response node's own voice.
    const source = ownless.has(selector[0]!) ? [node.id, "answer"] : selector;
    if (text !== "") pieces.push({ text, selector: source });
    return true;
  }

  #activateReached(): void {
    for (const reach of this.#reaches) if (reach.isThere) this.#queue.push({ node: reach.response, cursor: 0 });
    this.#reaches = this.#reaches.filter((reach) => !reach.isThere);
  }
}

/** The nodes that can be reached from the start over edges that are taken or decide nothing, as one response node sees it. */
class Reach {
  readonly response: GraphNode;
  readonly #blocks: (node: GraphNode) => boolean;
  readonly #reached = new Set<GraphNode>();
  readonly #taken = new Set<GraphEdge>();

  constructor(response: GraphNode, root: GraphNode, blocks: (node: GraphNode) => boolean) {
    this.response = response;
    this.#blocks = blocks;
    this.#spread(root);
  }

  get isThere(): boolean {
    return this.#reached.has(this.response);
  }

  edgeTaken(edge: GraphEdge): void {
    this.#taken.add(edge);
    if (this.#reached.has(edge.source) && !this.#reached.has(edge.target)) this.#spread(edge.target);
  }

  #spread(from: GraphNode): void {
    const pending = [from];
    this.#reached.add(from);
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      const blocked = this.#blocks(node);
      for (const edge of node.outgoing) {
        if (this.#reached.has(edge.target) || (blocked && !this.#taken.has(edge))) continue;
        this.#reached.add(edge.target);
        pending.push(edge.target);
      }
    }
  }
}

function reachesOf(responses: readonly GraphNode[], root: GraphNode): Reach[] {
  // Where an assigner writes what the template prints, its edges block too, or the old value would leak.
  const decides = (node: GraphNode) => node.chooses || node.kind === "container" || node.kind === "response";
  return responses.map((response) => {
    const printed = response.template.flatMap((segment) =>
      segment.type === "variable" ? [segment.selector.slice(0, 2).join(".")] : [],
    );
    return new Reach(response, root, (node) => decides(node) || writesOneOf(node, printed));
  });
}

function writesOneOf(node: GraphNode, printed: readonly string[]): boolean {
  if (node.type !== "assigner" || printed.length === 0) return false;
  return assignedSelectors(node).some((selector) => printed.includes(selector.slice(0, 2).join(".")));
}

/** Version 1 assigners name one variable, later ones a list. */
function assignedSelectors({ data }: GraphNode): Selector[] {
  const items = Array.isArray(data["items"]) ? data["items"] : [];
  const named = items.map((item) => (item as { variable_selector?: unknown } | null)?.variable_selector);
  return [data["assigned_variable_selector"], ...named].filter((selector): selector is string[] =>
    Array.isArray(selector),
  );
}
