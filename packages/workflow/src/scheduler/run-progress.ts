import type { JournalEntry, StepSettled } from "@diwan/contracts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import type { VariablePool } from "../variables/variable-pool.ts";
import type { Frame, FrameListener } from "./frame.ts";
import { type ReplyPiece, ResponseStreams } from "./response-streams.ts";
import { RunState } from "./run-state.ts";

/** A round of a container has begun. */
export type RoundOpened = { frame: Frame; at: number };

/** What one journal entry led to. */
export type Change = { pieces: ReplyPiece[]; rounds: RoundOpened[] };

/**
 * A run's state and its reply, folded together from the same journal. Each round of a container writes to the reply by
 * itself; of rounds that run at the same time the first that has not ended writes, and the others are held back.
 */
export class RunProgress {
  readonly state: RunState;
  /** The reply so far: all pieces that came out, in order. */
  answer = "";

  readonly #streams = new Map<Frame, ResponseStreams>();
  readonly #held = new Map<Frame, ReplyPiece[]>();
  #out: ReplyPiece[] = [];
  #rounds: RoundOpened[] = [];

  constructor(graph: Graph, root: GraphNode, variables: VariablePool) {
    this.state = new RunState(graph, root, variables, {
      frameOpened: (frame) => this.#frameOpened(frame, root),
      frameEnded: (frame) => this.#frameEnded(frame),
    });
    this.#drain(this.state.root);
  }

  /** Folds an entry in; says what the reply gained by it and which rounds it opened. */
  apply(entry: JournalEntry): Change {
    this.fold(entry);
    return { pieces: this.takeReply(), rounds: this.#takeRounds() };
  }

  /** Folds an entry in and leaves what the reply gained by it for whoever takes it next. */
  fold(entry: JournalEntry): void {
    this.state.apply(entry);
    if (entry.kind !== "settled") return;
    const frame = this.state.frameAt(entry.frame);
    if (frame !== undefined) this.#drain(frame);
  }

  /** Folds a journal read back from storage, as if its steps had streamed their text just now. */
  replay(journal: readonly JournalEntry[]): void {
    for (const entry of journal) {
      if (entry.kind === "settled") this.#restream(entry);
      this.apply(entry);
    }
  }

  /** A chunk of a streamed output; says what the reply gained by it. */
  addChunk(frame: Frame, nodeId: string, output: string, text: string, final: boolean): ReplyPiece[] {
    this.#streams.get(frame)?.addChunk(nodeId, output, text, final);
    this.#drain(frame);
    return this.takeReply();
  }

  /** Whether reasoning of this node goes out: some template prints its text. */
  showsReasoningOf(frame: Frame, nodeId: string): boolean {
    return this.#streams.get(frame)?.showsReasoningOf(nodeId) ?? false;
  }

  /** Pieces that came out since the last time. */
  takeReply(): ReplyPiece[] {
    const out = this.#out;
    if (out.length === 0) return out;
    this.#out = [];
    for (const { text } of out) this.answer += text;
    return out;
  }

  #takeRounds(): RoundOpened[] {
    const rounds = this.#rounds;
    if (rounds.length > 0) this.#rounds = [];
    return rounds;
  }

  #frameOpened(frame: Frame, root: GraphNode): FrameListener | undefined {
    if (frame.place !== undefined) this.#rounds.push({ frame, at: frame.place.openedAt });
    if (!frame.graph.nodes.some(({ template }) => template.length > 0)) return undefined;
    const from = frame.place === undefined ? root : frame.place.container.node.inner!.marker;
    const streams = new ResponseStreams(frame.graph, from, frame.variables);
    this.#streams.set(frame, streams);
    return streams;
  }

  #frameEnded(frame: Frame): void {
    this.#drain(frame);
    this.#streams.delete(frame);
    // The next round's turn has come; what it had to say while it waited comes out now.
    const { container, index } = frame.place!;
    const next = container.open.get(index + 1) ?? container.early.get(index + 1);
    if (next !== undefined) this.#release(next);
  }

  #drain(frame: Frame): void {
    const streams = this.#streams.get(frame);
    if (streams !== undefined) this.#write(frame, streams.drain());
  }

  #write(frame: Frame, pieces: readonly ReplyPiece[]): void {
    if (pieces.length === 0) return;
    const waitsFor = blockedAt(frame);
    if (waitsFor === undefined) {
      for (const piece of pieces) this.#out.push(piece);
      return;
    }
    const held = this.#held.get(waitsFor);
    if (held === undefined) this.#held.set(waitsFor, [...pieces]);
    else held.push(...pieces);
  }

  #release(frame: Frame): void {
    const held = this.#held.get(frame);
    if (held === undefined) return;
    this.#held.delete(frame);
    this.#write(frame, held);
  }

  #restream({ frame: path, nodeId, streams, outputs, status }: StepSettled): void {
    if (streams.length === 0) return;
    const frame = this.state.frameAt(path);
    if (frame === undefined) return;
    for (const { name, text } of streams) {
      const kept = text ?? outputs[name];
      this.addChunk(frame, nodeId, name, typeof kept === "string" ? kept : "", status === "succeeded");
    }
  }
}

/** The innermost round around this one (or it itself) whose turn has not come; undefined when all have. */
function blockedAt(frame: Frame): Frame | undefined {
  for (let at: Frame | undefined = frame; at?.place !== undefined; at = at.place.container.frame) {
    if (at.place.index > at.place.container.current) return at;
  }
  return undefined;
}
