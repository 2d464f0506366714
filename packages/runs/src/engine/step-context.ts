import type { PauseAnswer } from "@diwan/contracts";
import type { NodeContext, VariablePool } from "@diwan/workflow";
import type { Attempt } from "./attempt.ts";

type Given = Pick<NodeContext<unknown>, "signal" | "emit" | "now" | "random">;

/**
 * What an attempt's node gets. A class, as it is made for every step: a getter of an object literal would give each its own
 * shape, which all outlive their run.
 */
export class StepContext implements NodeContext<unknown> {
  readonly nodeId: string;
  readonly title: string;
  readonly settings: unknown;
  readonly variables: VariablePool;
  readonly signal: AbortSignal;
  readonly emit: Given["emit"];
  readonly stepId: string;
  readonly attempt: number;
  readonly answer: PauseAnswer | undefined;
  readonly now: () => number;
  readonly random: () => number;
  readonly #attempt: Attempt;

  constructor(attempt: Attempt, { signal, emit, now, random }: Given) {
    const { node, frame, step } = attempt;
    this.nodeId = node.id;
    this.title = node.title;
    this.settings = node.settings;
    this.variables = frame.variables;
    this.signal = signal;
    this.emit = emit;
    this.stepId = attempt.stepId;
    this.attempt = step.attempt;
    this.answer = step.answer;
    this.now = now;
    this.random = random;
    this.#attempt = attempt;
  }

  /** Made when it is asked for: few nodes do, and it costs a digest. */
  get attemptId(): string {
    return this.#attempt.id;
  }
}
