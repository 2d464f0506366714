import type { FramePath, JournalEntry, StepSettled } from "@diwan/contracts";
import { isObject, stringifyJson, type Value } from "@diwan/workflow";

/** A place where two values differ; `path` leads from the step's field to the value. */
export type Difference = { path: string; a: Value; b: Value };

export type ComparedStep = {
  nodeId: string;
  nodeType: string;
  title: string;
  frame: FramePath;
  change: "equal" | "changed" | "only-a" | "only-b";
  differences: Difference[];
  elapsedMs: { a: number | null; b: number | null };
  totalTokens: { a: number | null; b: number | null };
};

export type ComparedRuns = {
  steps: ComparedStep[];
  /** Of the first step, in the order of `a`, that is not equal. */
  firstDifference: { nodeId: string; frame: FramePath; difference: Difference | null } | null;
};

const MAX_DIFFERENCES = 20;

/** Puts the steps of two runs side by side: by id and round, the last try of each. */
export function compareJournals(a: readonly JournalEntry[], b: readonly JournalEntry[]): ComparedRuns {
  const [ofA, ofB] = [lastSettled(a), lastSettled(b)];
  const steps: ComparedStep[] = [];
  for (const [key, step] of ofA) steps.push(compare(step, ofB.get(key)));
  for (const [key, step] of ofB) if (!ofA.has(key)) steps.push(compare(undefined, step));
  const first = steps.find(({ change }) => change !== "equal");
  return {
    steps,
    firstDifference:
      first === undefined
        ? null
        : { nodeId: first.nodeId, frame: first.frame, difference: first.differences[0] ?? null },
  };
}

/**
 * One line for each step, the same for runs whose steps went the same way with the same values. Times, ids and what was
 * charged are no part of it; nor is the order in which parallel steps ended.
 */
export function journalLines(journal: readonly JournalEntry[]): string[] {
  return [...lastSettled(journal)].map(([key, step]) => `${key} ${stringifyJson(essence(step) as Value)}`).sort();
}

function lastSettled(journal: readonly JournalEntry[]): Map<string, StepSettled> {
  const last = new Map<string, StepSettled>();
  for (const entry of journal) {
    if (entry.kind !== "settled") continue;
    const key = `${JSON.stringify(entry.frame)}${entry.nodeId}`;
    // A step that was tried again keeps its place.
    last.set(key, entry);
  }
  return last;
}

function compare(a: StepSettled | undefined, b: StepSettled | undefined): ComparedStep {
  const shown = (a ?? b)!;
  const differences: Difference[] = [];
  if (a !== undefined && b !== undefined) collect(essence(a) as Value, essence(b) as Value, "", differences);
  const change = a === undefined ? "only-b" : b === undefined ? "only-a" : differences.length > 0 ? "changed" : "equal";
  const { nodeId, nodeType, title, frame } = shown;
  return {
    nodeId,
    nodeType,
    title,
    frame,
    change,
    differences,
    elapsedMs: { a: elapsedOf(a), b: elapsedOf(b) },
    totalTokens: { a: a?.usage?.total_tokens ?? null, b: b?.usage?.total_tokens ?? null },
  };
}

function elapsedOf(step: StepSettled | undefined): number | null {
  return step === undefined ? null : step.finishedAt - step.startedAt;
}

/** What differs from run to run whatever they do: what a model call took in time, and when and as what the run was made. */
const ownOfRun = ["usage", "__usage", "sys.workflow_run_id", "sys.timestamp"];

function essence({ status, branch, inputs, outputs, error, writes }: StepSettled): Record<string, unknown> {
  const given = { ...outputs };
  for (const name of ownOfRun) delete given[name];
  return { status, branch, inputs, outputs: given, error: error === null ? null : { ...error }, writes: writes ?? [] };
}

function collect(a: Value, b: Value, path: string, found: Difference[]): void {
  if (found.length >= MAX_DIFFERENCES || stringifyJson(a) === stringifyJson(b)) return;
  if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      collect(a[key] ?? null, b[key] ?? null, path === "" ? key : `${path}.${key}`, found);
    }
    return;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let place = 0; place < Math.max(a.length, b.length) && found.length < MAX_DIFFERENCES; place += 1) {
      collect(a[place] ?? null, b[place] ?? null, `${path}[${place}]`, found);
    }
    return;
  }
  found.push({ path, a, b });
}
