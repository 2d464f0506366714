import type { JournalEntry, StepSettled } from "@diwan/contracts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import type { VariablePool } from "../variables/variable-pool.ts";
import { type ReplyPiece, ResponseStreams } from "./response-streams.ts";
import { RunState } from "./run-state.ts";

/** A run's state and its reply, folded together from the same journal. */
export class RunProgress {
  readonly state: RunState;
  readonly streams: ResponseStreams;
  /** The reply so far: all pieces that came out, in order. */
  answer = "";

  constructor(graph: Graph, root: GraphNode, variables: VariablePool) {
    this.streams = new ResponseStreams(graph, root, variables);
    this.state = new RunState(graph, root, variables, this.streams);
  }

  /** Folds an outcome in; returns what the reply gained by it. */
  apply(entry: JournalEntry): ReplyPiece[] {
    this.state.apply(entry);
    return this.drain();
  }

  /** Folds a journal read back from storage, as if its steps had streamed their text just now. */
  replay(journal: readonly JournalEntry[]): void {
    for (const entry of journal) {
      if (entry.kind === "settled") this.#restream(entry);
      this.state.replay([entry]);
      this.drain();
    }
  }

  drain(): ReplyPiece[] {
    const pieces = this.streams.drain();
    for (const piece of pieces) this.answer += piece.text;
    return pieces;
  }

  #restream({ nodeId, streams, outputs, status }: StepSettled): void {
    for (const { name, text } of streams) {
      const kept = text ?? outputs[name];
      this.streams.addChunk(nodeId, name, typeof kept === "string" ? kept : "", status === "succeeded");
    }
  }
}
