import { type ModelUsage, noUsage } from "@diwan/contracts";
import type { GraphNode } from "../graph/graph.ts";
import type { Failed, Rounds, Succeeded } from "../node-definition.ts";
import type { Value } from "../values/index.ts";
import type { Frame } from "./frame.ts";

/** A container whose rounds are under way. */
export class OpenContainer {
  readonly node: GraphNode;
  /** The frame that the container is a step of. */
  readonly frame: Frame;
  /** Or why it could not begin. */
  readonly rounds: Rounds | Failed;
  /** By index. */
  readonly open = new Map<number, Frame>();
  usage: ModelUsage = noUsage;
  /** The first round that has not ended, which is the one whose text goes out. */
  current = 0;
  /** Rounds that ended before one with a lower index did. */
  readonly early = new Map<number, Frame>();

  /** Unix milliseconds. */
  readonly openedAt: number;

  constructor(node: GraphNode, frame: Frame, rounds: Rounds | Failed, openedAt: number) {
    this.node = node;
    this.openedAt = openedAt;
    this.frame = frame;
    this.rounds = rounds;
  }

  get inputs(): Record<string, Value> {
    return this.rounds.inputs ?? {};
  }

  /** How many rounds there can be. */
  get length(): number {
    return isFailed(this.rounds) ? 0 : this.rounds.length;
  }

  /** Whether clients are told of this round's beginning. */
  isAnnounced(index: number): boolean {
    return !isFailed(this.rounds) && this.rounds.isAnnounced(index);
  }

  outcome(): (Succeeded | Failed) & { steps: number } {
    return isFailed(this.rounds) ? { ...this.rounds, steps: 0 } : this.rounds.outcome();
  }
}

export function isFailed(rounds: Rounds | Failed): rounds is Failed {
  return "status" in rounds;
}
