import type { RunStep } from "@diwan/contracts";
import type { RunView } from "./run-view.ts";

/** A time line in milliseconds of work, on which long waits for people take little room. */
export type TimeScale = {
  total: number;
  /** Where a moment stands, in milliseconds since the first step began. */
  at(ms: number): number;
  /** Waits that were cut short, where they are drawn. */
  gaps: { from: number; to: number }[];
};

/** The room a wait takes, as a share of the work. */
const gapShare = 0.12;

/**
 * Times in which only people were waited for are drawn short, so that a run that waited for a day still shows its
 * seconds of work.
 */
export function timeScale({ steps, elapsedMs }: Pick<RunView, "steps" | "elapsedMs">, now: number): TimeScale {
  const start = steps.reduce((earliest, step) => Math.min(earliest, step.started_at), Number.POSITIVE_INFINITY);
  const end = steps.reduce((latest, step) => Math.max(latest, step.finished_at ?? now), start) - start;
  if (steps.length === 0) return { total: 1, at: (ms) => ms, gaps: [] };
  const waits = waitsOf(steps, start, now);
  const waited = waits.reduce((sum, wait) => sum + wait.to - wait.from, 0);
  const work = end - waited;
  const room = Math.max(1, work) * gapShare;
  const long = waits.filter((wait) => wait.to - wait.from > room);
  const at = (ms: number) =>
    long.reduce((drawn, { from, to }) => {
      if (ms <= from) return drawn;
      return drawn - (Math.min(ms, to) - from) * (1 - room / (to - from));
    }, ms);
  const shown = long.length > 0 ? at(end) : Math.max(end, elapsedMs ?? 0);
  return { total: Math.max(0.01, shown), at, gaps: long.map(({ from, to }) => ({ from: at(from), to: at(to) })) };
}

/** Stretches of time in which a person was waited for and nothing else was at work. */
function waitsOf(steps: readonly RunStep[], start: number, now: number): { from: number; to: number }[] {
  const span = (step: RunStep) => ({ from: step.started_at - start, to: (step.finished_at ?? now) - start });
  const asked = steps.filter((step) => step.node_type === "human-input").map(span);
  if (asked.length === 0) return [];
  const busy = steps
    .filter((step) => !["human-input", "iteration", "loop"].includes(step.node_type))
    .map(span)
    .sort((one, other) => one.from - other.from);
  const waits: { from: number; to: number }[] = [];
  for (const wait of joined(asked)) {
    let { from } = wait;
    for (const work of busy) {
      if (work.to <= from || work.from >= wait.to) continue;
      if (work.from > from) waits.push({ from, to: work.from });
      from = Math.max(from, work.to);
    }
    if (from < wait.to) waits.push({ from, to: wait.to });
  }
  return waits;
}

function joined(spans: { from: number; to: number }[]): { from: number; to: number }[] {
  const merged: { from: number; to: number }[] = [];
  for (const span of [...spans].sort((one, other) => one.from - other.from)) {
    const last = merged.at(-1);
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
}
