import type { RunStep } from "@diwan/contracts";
import type { RunView } from "./run-view.ts";

export type TraceRow = {
  key: string;
  depth: number;
  /** A round of a container holds no step of its own; it counts from 1. */
  round: number | null;
  step: RunStep | null;
  /** A container whose rounds can be unfolded. */
  folds: boolean;
  /** Milliseconds since the first step began. */
  from: number;
  to: number;
};

/**
 * The rows of a waterfall in the order things began.
 *
 * @param now       Unix milliseconds; where bars of running steps end.
 * @param unfolded  Keys of containers and rounds that show what is inside.
 */
export function traceRows(view: RunView, now: number, unfolded: ReadonlySet<string>): TraceRow[] {
  // The time a run waits for its turn is no step's: the scale begins with the first step.
  const start = view.steps.reduce((earliest, step) => Math.min(earliest, step.started_at), Number.POSITIVE_INFINITY);
  const end = (step: RunStep) => step.finished_at ?? now;
  const rows: TraceRow[] = [];
  const level = (frame: RunStep["frame"], depth: number) => {
    const here = view.steps.filter((step) => sameFrame(step.frame, frame) && !step.node_type.endsWith("-start"));
    for (const step of here.sort((one, other) => one.started_at - other.started_at)) {
      const key = `${step.id}/${step.attempt}`;
      const rounds = roundsOf(view.steps, frame, step.node_id);
      rows.push({
        key,
        depth,
        round: null,
        step,
        folds: rounds.length > 0,
        from: step.started_at - start,
        to: end(step) - start,
      });
      if (!unfolded.has(key)) continue;
      for (const round of rounds) {
        const inner: RunStep["frame"] = [...frame, [step.node_id, round]];
        const inside = view.steps.filter((other) => startsWith(other.frame, inner));
        const roundKey = `${key}#${round}`;
        rows.push({
          key: roundKey,
          depth: depth + 1,
          round: round + 1,
          step: null,
          folds: true,
          from: Math.min(...inside.map((other) => other.started_at)) - start,
          to: Math.max(...inside.map(end)) - start,
        });
        if (unfolded.has(roundKey)) level(inner, depth + 2);
      }
    }
  };
  level([], 0);
  return rows;
}

function roundsOf(steps: RunStep[], frame: RunStep["frame"], container: string): number[] {
  const rounds = steps.flatMap((step) => {
    const next = step.frame[frame.length];
    return startsWith(step.frame, frame) && next?.[0] === container ? [next[1]] : [];
  });
  return [...new Set(rounds)].sort((one, other) => one - other);
}

const startsWith = (frame: RunStep["frame"], prefix: RunStep["frame"]) =>
  prefix.length <= frame.length && prefix.every(([id, index], at) => frame[at]?.[0] === id && frame[at]?.[1] === index);
const sameFrame = (one: RunStep["frame"], other: RunStep["frame"]) =>
  one.length === other.length && startsWith(one, other);

/** Three to six round times from 0, the last one short of the end. */
export function ticks(totalMs: number): number[] {
  const steps = [1, 2, 5].flatMap((digit) => [1, 10, 100, 1_000, 10_000, 100_000].map((power) => digit * power));
  const step = steps.sort((one, other) => one - other).find((candidate) => totalMs / candidate <= 5) ?? totalMs / 5;
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, index) => index * step).filter(
    (at) => at < totalMs || at === 0,
  );
}
