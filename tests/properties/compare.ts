import { isDeepStrictEqual } from "node:util";
import type { StepSettled } from "@diwan/contracts";
import type { Value } from "@diwan/workflow";
import type { EngineRun } from "./engine-run.ts";
import { frameKey, type ReferenceRun, type ReferenceStep, stepKey } from "./reference-interpreter.ts";

/** The first way in which a run of the engine is not what the reference says; undefined where it is. */
export function difference(engine: EngineRun, reference: ReferenceRun): string | undefined {
  const { finished, settled } = engine;
  if (finished.status !== reference.status) return said("status", finished.status, reference.status);
  const expected = new Map(reference.steps.map((step) => [stepKey(step), step]));
  const attempts = new Map(orderOf(settled).map((key) => [key, [] as StepSettled[]]));
  for (const entry of settled) attempts.get(stepKey(entry))!.push(entry);
  const isFatal = reference.fatal.length > 0;
  for (const [key, entries] of attempts) {
    const step = expected.get(key);
    if (step === undefined) return `${key} ran, and must not`;
    const problem = stepDifference(entries, step, isFatal);
    if (problem !== undefined) return `${key}: ${problem}`;
  }
  if (isFatal) {
    const { nodeId = null } = finished.error ?? {};
    return nodeId !== null && reference.fatal.includes(nodeId)
      ? undefined
      : said("failed step", nodeId, reference.fatal);
  }
  const missing = [...expected].find(([key, { frame }]) => !attempts.has(key) && !isOptional(frame, reference));
  if (missing !== undefined) return `${missing[0]} did not run`;
  const problem = orderProblem(attempts, reference);
  if (problem !== undefined) return problem;
  const isCertain = reference.optionalFrames.length === 0;
  const pairs: [name: string, actual: unknown, wanted: unknown][] = [
    ["outputs", finished.outputs, reference.outputs],
    ["reply", finished.answer, reference.reply.join("")],
    ["total steps", finished.totalSteps, reference.totalSteps],
    ["conversation variables", engine.conversation, isCertain ? reference.conversation : engine.conversation],
    ["exceptions", finished.exceptionsCount, isCertain ? reference.exceptionsCount : finished.exceptionsCount],
  ];
  for (const [name, actual, wanted] of pairs) {
    if (!isDeepStrictEqual(actual, wanted)) return said(name, actual, wanted);
  }
  return undefined;
}

/** The keys of the steps in the order of their last attempts. */
export function orderOf(settled: readonly StepSettled[]): string[] {
  const keys = settled.map(stepKey);
  return keys.filter((key, place) => keys.lastIndexOf(key) === place);
}

function stepDifference(entries: readonly StepSettled[], wanted: ReferenceStep, isFatal: boolean): string | undefined {
  const last = entries.at(-1)!;
  // A run that failed elsewhere does not try again.
  if (isFatal && last.status === "retried") return undefined;
  const isContainer = last.nodeType === "iteration" || last.nodeType === "loop";
  const numbers = entries.map(({ attempt }) => attempt);
  const pairs: [name: string, actual: unknown, wanted: unknown][] = [
    ["status", last.status, wanted.status],
    ["attempts", numbers, Array.from({ length: wanted.attempts }, (_, place) => place + 1)],
    ["branch", last.branch, wanted.branch],
  ];
  if (wanted.status !== "failed") pairs.push(["outputs", compared(last, isContainer), compared(wanted, isContainer)]);
  if (isContainer && wanted.status === "succeeded") pairs.push(["rounds", last.rounds, wanted.rounds]);
  for (const [name, actual, expected] of pairs) {
    if (!isDeepStrictEqual(actual, expected)) return said(name, actual, expected);
  }
  return undefined;
}

/** Without what differs from run to run, and without how a container words its failure. */
function compared({ outputs }: { outputs: object }, isContainer: boolean): Record<string, Value> {
  const isCompared = (name: string) => !name.includes(".") && !(isContainer && name.startsWith("error_"));
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => isCompared(name)));
}

/** The reference was told the order: where it could not keep to it, a step came before one that it waits for. */
function orderProblem(attempts: ReadonlyMap<string, unknown>, { steps }: ReferenceRun): string | undefined {
  const frames = Map.groupBy(steps, ({ frame }) => frameKey(frame));
  const byFrame = Map.groupBy(attempts.keys(), (key) => key.replace(/[^/]*$/, ""));
  for (const [frame, keys] of byFrame) {
    const wanted = frames.get(frame)!.map(stepKey);
    if (!isDeepStrictEqual(keys, wanted)) return said("order", keys, wanted);
  }
  return undefined;
}

function isOptional(frame: ReferenceStep["frame"], { optionalFrames }: ReferenceRun): boolean {
  return optionalFrames.some((key) => frameKey(frame).startsWith(key));
}

function said(name: string, actual: unknown, wanted: unknown): string {
  return `${name} is ${JSON.stringify(actual)}, and must be ${JSON.stringify(wanted)}`;
}
