import type { RunComparison } from "@diwan/contracts";

export type ComparedStep = RunComparison["steps"][number];
export type Verdict = "first" | ComparedStep["change"];

/** A step that differs, or steps next to each other that are equal and folded. */
export type CompareRow =
  | { kind: "step"; key: string; step: ComparedStep; verdict: Verdict }
  | { kind: "equal"; key: string; steps: ComparedStep[] };

/** What each run has of its own: when it ran, under which id. It says nothing of how they differ. */
const own = /^(?:inputs|outputs)\.sys\.(?:workflow_run_id|workflow_id|timestamp|conversation_id|dialogue_count)$/;

/** The comparison without what differs between any two runs. */
export function meaningful(comparison: RunComparison): RunComparison {
  const steps = comparison.steps.map((step) => {
    if (step.change !== "changed") return step;
    const differences = step.differences.filter(({ path }) => !own.test(path));
    return differences.length === 0 ? { ...step, change: "equal" as const, differences } : { ...step, differences };
  });
  const first = steps.find(({ change }) => change !== "equal");
  return {
    ...comparison,
    steps,
    equal: first === undefined,
    first_difference:
      first === undefined
        ? null
        : { node_id: first.node_id, frame: first.frame, difference: first.differences[0] ?? null },
  };
}

/** A step in its rounds, as the address names it. */
export function stepKey({ node_id, frame }: Pick<ComparedStep, "node_id" | "frame">): string {
  return [node_id, ...frame.map(([, round]) => round + 1)].join(".");
}

/** The list of two runs: what is equal is folded where it stands, unless it was unfolded. */
export function compareRows(
  { steps, first_difference: first }: Pick<RunComparison, "steps" | "first_difference">,
  unfolded: ReadonlySet<string>,
): CompareRow[] {
  const firstKey = first === null ? undefined : stepKey(first);
  const rows: CompareRow[] = [];
  for (const step of steps) {
    const key = stepKey(step);
    if (step.change !== "equal") {
      rows.push({ kind: "step", key, step, verdict: key === firstKey ? "first" : step.change });
      continue;
    }
    const last = rows.at(-1);
    if (last?.kind === "equal") last.steps.push(step);
    else rows.push({ kind: "equal", key: `=${key}`, steps: [step] });
  }
  return rows.flatMap((row) =>
    row.kind === "equal" && unfolded.has(row.key)
      ? [row, ...row.steps.map((step): CompareRow => ({ kind: "step", key: stepKey(step), step, verdict: "equal" }))]
      : [row],
  );
}

/** What b has more than a; null where one of them has nothing to compare. */
export function gain({ a, b }: { a: number | null; b: number | null }): number | null {
  return a === null || b === null ? null : b - a;
}

/** A place where two values differ: the part of the step, and the way from there. */
export type FieldDifference = { part: string; path: string; a: unknown; b: unknown };

export function fieldDifferences({ differences }: Pick<ComparedStep, "differences">): FieldDifference[] {
  return differences.map(({ path, a, b }) => {
    const [, part = "", rest = ""] = /^([^.[]*)[.]?(.*)$/s.exec(path) ?? [];
    return { part, path: rest, a, b };
  });
}
