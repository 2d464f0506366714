import type { FramePath, RecordedCall } from "@diwan/contracts";
import type { Frame, GraphNode, OpenStep, ReadyStep } from "@diwan/workflow";
import { attemptIdOf, randomOf, stepIdOf } from "./step-identity.ts";

/** One attempt, as the ports it uses know it. */
export type StepCall = {
  frame: FramePath;
  nodeId: string;
  stepId: string;
  attempt: number;
  /** Keeps what something outside answered, with the step's outcome. */
  record(call: RecordedCall): void;
};

/** One try at a step. */
export class Attempt {
  readonly frame: Frame;
  readonly node: GraphNode;
  readonly step: OpenStep;
  readonly stepId: string;
  readonly startedAt: number;
  readonly calls: RecordedCall[] = [];

  constructor(runId: string, { frame, node, step }: ReadyStep, startedAt: number) {
    this.frame = frame;
    this.node = node;
    this.step = step;
    this.startedAt = startedAt;
    this.stepId = stepIdOf(runId, frame.path, node.id);
  }

  get id(): string {
    return attemptIdOf(this.stepId, this.step.attempt);
  }

  /** The container whose round it belongs to. */
  get container(): GraphNode | undefined {
    return this.frame.place?.container.node;
  }

  /** What every journal entry and event about it carries. */
  get identity() {
    const { stepId, step, frame, node } = this;
    return { stepId, nodeId: node.id, frame: frame.path, attempt: step.attempt, index: step.index };
  }

  get call(): StepCall {
    const { frame, node, step, stepId, calls } = this;
    return {
      frame: frame.path,
      nodeId: node.id,
      stepId,
      attempt: step.attempt,
      record: (call) => calls.push(call),
    };
  }

  random(seed: string): () => number {
    let next: (() => number) | undefined;
    return () => {
      next ??= randomOf(seed, this.id);
      return next();
    };
  }
}
