import type { RunStep } from "@diwan/contracts";
import { isRecord, stringAt } from "./json.ts";
import { containerKey, type RunView } from "./run-view.ts";

/** How what a row stands for went; of a round, what needs a person most. */
export type TraceState = RunStep["status"];
export type TraceRow = {
  key: string;
  depth: number;
  /** A container that has rounds, a round, or a range of rounds: what can be unfolded. */
  folds: boolean;
  /** Milliseconds since the first step began. */
  from: number;
  to: number;
  state: TraceState;
  tokens: number;
} & (
  | {
      kind: "step";
      step: RunStep;
      /** Every try of the step with its part of the time line, the last one being `step`. */
      tries: { attempt: number; state: TraceState; from: number; to: number }[];
      /** Of a container with few rounds, how each of them stands. */
      rounds: TraceState[];
    }
  /** It counts from 1; `item` is what an iteration's round was about, where that is short. */
  | { kind: "round"; round: number; item: string }
  | { kind: "range"; first: number; last: number }
);

/** More rounds than this are shown by ranges, so that a thousand of them are ten rows. */
const roundsAtOnce = 100;
const marksAtMost = 24;

/**
 * The rows of a waterfall in the order things began.
 *
 * @param now       Unix milliseconds; where bars of running steps end.
 * @param unfolded  Keys of containers, ranges and rounds that show what is inside.
 */
export function traceRows(view: Pick<RunView, "steps">, now: number, unfolded: ReadonlySet<string>): TraceRow[] {
  const { start, levels, containers } = indexOf(view.steps);
  const rows: TraceRow[] = [];
  const addLevel = (frame: RunStep["frame"], depth: number) => {
    for (const tries of levels.get(frameKey(frame)) ?? []) {
      const row = stepRow(tries, depth);
      rows.push(row);
      if (unfolded.has(row.key)) addRounds(row.key, row.step, depth + 1);
    }
  };
  const stepRow = (tries: RunStep[], depth: number): TraceRow & { kind: "step" } => {
    const step = tries.at(-1) as RunStep;
    const rounds = containers.get(containerKey(step.node_id, step.frame));
    const parts = tries.map((one) => ({
      attempt: one.attempt,
      state: one.status,
      from: one.started_at - start,
      to: (one.finished_at ?? now) - start,
    }));
    return {
      kind: "step",
      key: step.id,
      depth,
      step,
      tries: parts,
      rounds: rounds !== undefined && rounds.length <= marksAtMost ? rounds.map((round) => round.state) : [],
      folds: rounds !== undefined,
      from: parts[0]?.from ?? 0,
      to: Math.max(...parts.map((part) => part.to)),
      state: step.status,
      tokens: step.total_tokens,
    };
  };
  const addRounds = (key: string, container: RunStep, depth: number) => {
    const rounds = containers.get(containerKey(container.node_id, container.frame)) ?? [];
    if (rounds.length <= roundsAtOnce) {
      for (const round of rounds) addRound(key, container, round, depth);
      return;
    }
    for (let at = 0; at < rounds.length; at += roundsAtOnce) {
      const part = rounds.slice(at, at + roundsAtOnce);
      const [first, last] = [(part[0] as Round).round + 1, (part.at(-1) as Round).round + 1];
      const row = {
        ...spanOf(part),
        key: `${key}#${first}-${last}`,
        depth,
        kind: "range" as const,
        first,
        last,
        folds: true,
      };
      rows.push(row);
      if (unfolded.has(row.key)) for (const round of part) addRound(key, container, round, depth + 1);
    }
  };
  const addRound = (key: string, container: RunStep, round: Round, depth: number) => {
    const row = {
      ...spanOf([round]),
      key: `${key}#${round.round}`,
      depth,
      kind: "round" as const,
      round: round.round + 1,
      item: itemOf(container, round.round),
      folds: true,
    };
    rows.push(row);
    if (unfolded.has(row.key)) addLevel([...container.frame, [container.node_id, round.round]], depth + 1);
  };
  const spanOf = (rounds: Round[]) => ({
    from: Math.min(...rounds.map((round) => round.from)) - start,
    to: Math.max(...rounds.map((round) => round.to ?? now)) - start,
    state: rounds.reduce<TraceState>((worst, { state }) => worse(worst, state), "succeeded"),
    tokens: rounds.reduce((sum, round) => sum + round.tokens, 0),
  });
  addLevel([], 0);
  return rows;
}

/** Where the trouble is: keys of what must be unfolded for a step of a round to be seen. */
export function keysTo(view: Pick<RunView, "steps">, step: Pick<RunStep, "frame">): string[] {
  const { levels, containers } = indexOf(view.steps);
  const keys: string[] = [];
  step.frame.forEach(([id, round], depth) => {
    const tries = levels.get(frameKey(step.frame.slice(0, depth)))?.find((one) => one[0]?.node_id === id);
    const container = tries?.at(-1);
    if (container === undefined) return;
    keys.push(container.id);
    const rounds = containers.get(containerKey(id, container.frame)) ?? [];
    if (rounds.length > roundsAtOnce) {
      const at = Math.floor(rounds.findIndex((one) => one.round === round) / roundsAtOnce) * roundsAtOnce;
      const part = rounds.slice(at, at + roundsAtOnce);
      keys.push(`${container.id}#${(part[0]?.round ?? 0) + 1}-${(part.at(-1)?.round ?? 0) + 1}`);
    }
    keys.push(`${container.id}#${round}`);
  });
  return keys;
}

type Round = { round: number; from: number; to: number | null; state: TraceState; tokens: number };
type Index = {
  /** Unix milliseconds. */
  start: number;
  /** By frame, the steps of that level in the order they began, each with all its tries. */
  levels: Map<string, RunStep[][]>;
  /** By container, its rounds in their order. */
  containers: Map<string, Round[]>;
};

const indexes = new WeakMap<RunStep[], Index>();

/** Reads all steps once per list: a running trace is drawn ten times a second. */
function indexOf(steps: RunStep[]): Index {
  const known = indexes.get(steps);
  if (known !== undefined) return known;
  // The time a run waits for its turn is no step's: the scale begins with the first step.
  let start = Number.POSITIVE_INFINITY;
  const byStep = new Map<string, RunStep[]>();
  const rounds = new Map<string, Map<number, Round>>();
  for (const step of steps) {
    start = Math.min(start, step.started_at);
    if (step.node_type.endsWith("-start")) continue;
    const tries = byStep.get(step.id);
    if (tries === undefined) byStep.set(step.id, [step]);
    else tries.push(step);
    for (let depth = 0; depth < step.frame.length; depth += 1) addToRound(rounds, step, depth);
  }
  const levels = new Map<string, RunStep[][]>();
  for (const tries of byStep.values()) {
    tries.sort((one, other) => one.attempt - other.attempt);
    const key = frameKey(tries[0]?.frame ?? []);
    const level = levels.get(key);
    if (level === undefined) levels.set(key, [tries]);
    else level.push(tries);
  }
  for (const level of levels.values()) level.sort((one, other) => beginOf(one) - beginOf(other));
  const containers = new Map(
    [...rounds].map(([key, found]) => [key, [...found.values()].sort((one, other) => one.round - other.round)]),
  );
  const index = { start, levels, containers };
  indexes.set(steps, index);
  return index;
}

function addToRound(containers: Map<string, Map<number, Round>>, step: RunStep, depth: number): void {
  const [id, round] = step.frame[depth] as [string, number];
  const key = containerKey(id, step.frame.slice(0, depth));
  const rounds = containers.get(key) ?? new Map<number, Round>();
  containers.set(key, rounds);
  // What is inside an inner container is counted, not the container that sums it up.
  const tokens = step.node_type === "iteration" || step.node_type === "loop" ? 0 : step.total_tokens;
  const before = rounds.get(round);
  const fresh = { round, from: step.started_at, to: step.finished_at, state: step.status, tokens };
  if (before === undefined) {
    rounds.set(round, fresh);
    return;
  }
  rounds.set(round, {
    round,
    from: Math.min(before.from, fresh.from),
    to: before.to === null || fresh.to === null ? null : Math.max(before.to, fresh.to),
    state: worse(before.state, fresh.state),
    tokens: before.tokens + tokens,
  });
}

const byNeed: readonly TraceState[] = ["failed", "waiting", "running", "exception", "retried", "succeeded"];

function worse(one: TraceState, other: TraceState): TraceState {
  return byNeed.indexOf(one) < byNeed.indexOf(other) ? one : other;
}

const beginOf = (tries: RunStep[]) => tries[0]?.started_at ?? 0;
const frameKey = (frame: RunStep["frame"]) => frame.map(([id, round]) => `${id}:${round}`).join("/");

const itemAtMost = 60;

function itemOf({ node_type, inputs }: RunStep, round: number): string {
  const items = inputs["iterator_selector"];
  const item: unknown = node_type === "iteration" && Array.isArray(items) ? items[round] : undefined;
  if (typeof item === "number") return String(item);
  if (isRecord(item)) return stringAt(item, "filename");
  return typeof item === "string" ? item.slice(0, itemAtMost) : "";
}

/** Three to six round times from 0, the last one short of the end. */
export function ticks(totalMs: number): number[] {
  const steps = [1, 2, 5].flatMap((digit) =>
    [0.01, 0.1, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].map((power) => digit * power),
  );
  const step = steps.sort((one, other) => one - other).find((candidate) => totalMs / candidate <= 5) ?? totalMs / 5;
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, index) => index * step).filter(
    (at) => at < totalMs || at === 0,
  );
}
