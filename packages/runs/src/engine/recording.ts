import type { FramePath, JournalEntry, PauseAnswer, RecordedCall, RunBegun } from "@diwan/contracts";
import type { NodePorts } from "@diwan/nodes";
import type { Run } from "../run.ts";
import type { StepCall } from "./attempt.ts";
import { replayingPorts } from "./recorded-ports.ts";

/** What a run that has ended was answered: by what it called, by people, and by the clock. */
export class Recording {
  readonly run: Run;
  /** Its first entry: the seed, and the values of the conversation. Undefined for a run that never began. */
  readonly begun: RunBegun | undefined;
  readonly #calls = new Map<string, readonly RecordedCall[]>();
  readonly #answers = new Map<string, PauseAnswer>();
  readonly #times = new Map<string, number>();

  constructor(run: Run, journal: readonly JournalEntry[]) {
    this.run = run;
    this.begun = journal.find((entry) => entry.kind === "begun");
    for (const entry of journal) {
      if (entry.kind === "settled") {
        this.#calls.set(keyOf(entry.frame, entry.nodeId, entry.attempt), entry.calls ?? []);
        this.#times.set(keyOf(entry.frame, entry.nodeId, entry.attempt), entry.startedAt);
      } else if (entry.kind === "answered") {
        this.#answers.set(keyOf(entry.frame, entry.nodeId, 1), entry.answer);
      }
    }
  }

  portsFor(ports: NodePorts, step: StepCall): NodePorts {
    return replayingPorts(ports, this.#calls.get(keyOf(step.frame, step.nodeId, step.attempt)) ?? [], step);
  }

  /** What people answered, in the order of asking the last. */
  answerTo(frame: FramePath, nodeId: string): PauseAnswer | undefined {
    return this.#answers.get(keyOf(frame, nodeId, 1));
  }

  /** When the attempt was made. */
  timeOf(frame: FramePath, nodeId: string, attempt: number): number | undefined {
    return this.#times.get(keyOf(frame, nodeId, attempt));
  }
}

function keyOf(frame: FramePath, nodeId: string, attempt: number): string {
  return `${JSON.stringify(frame)}${nodeId} ${attempt}`;
}
