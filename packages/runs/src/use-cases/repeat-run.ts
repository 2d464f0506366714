import { createHash } from "node:crypto";
import type { FramePath, JournalEntry } from "@diwan/contracts";
import type { AppVersionId, Clock, IdSource, Logger, RunId, WorkspaceScope } from "@diwan/kernel";
import type { Graph } from "@diwan/workflow";
import { type ComparedRuns, compareJournals, journalLines } from "../core/compare-journals.ts";
import { changedNodes, keptEntries, type RetryPoint } from "../core/kept-entries.ts";
import { stepIdOf } from "../engine/step-identity.ts";
import { RunErrors } from "../errors.ts";
import type { RunQueue, RunStore } from "../ports.ts";
import { atTheStart, hasEnded, type Run, type RunCaller, type RunRepeat } from "../run.ts";
import type { Admission } from "./admit-run.ts";
import { enqueueRun } from "./enqueue-run.ts";

type Needs = {
  runs: RunStore;
  queue: RunQueue;
  admission: Admission;
  clock: Clock;
  ids: IdSource;
  logger: Logger;
};

export type RepeatVersion = { id: AppVersionId; number: number; graph: Graph };

export type RetryRunRequest = {
  runId: RunId;
  from: RetryPoint;
  /** The version that was run, and the one to run now. */
  recorded: RepeatVersion;
  current: RepeatVersion;
  caller: RunCaller;
};

/**
 * Goes on from a step of a run that has ended, as a new run: what came before the step is taken from the old run's journal
 * and not done again.
 *
 * @returns The new run, and how many recorded outcomes it begins with.
 * @throws run.not-found, run.not-ended, run.retry-point-unknown (caller); run.queue-full (dependency),
 * run.app-busy (caller)
 */
export async function retryRun(
  needs: Needs,
  scope: WorkspaceScope,
  { runId, from, recorded, current, caller }: RetryRunRequest,
): Promise<{ run: Run; reused: number; changed: string[] }> {
  const before = await endedRun(needs, scope, runId);
  using _admitted = await needs.admission.admit(scope, before.appId);
  const journal = await needs.runs.readJournal(scope, runId);
  const kept = keptEntries(journal, from, recorded.graph, current.graph);
  if (kept === undefined) throw RunErrors["retry-point-unknown"]({});
  const run = repetitionOf(needs, before, current, caller, { kind: "retry", of: runId });
  await needs.runs.insertWithJournal(
    scope,
    run,
    kept.map((entry) => asOf(run, entry)),
  );
  await enqueueRun(needs, { scope, runId: run.id, queue: run.queue });
  const reused = kept.filter(({ kind }) => kind === "settled").length;
  return { run, reused, changed: changedNodes(recorded.graph, current.graph) };
}

/**
 * Repeats a run with the answers that were recorded: models, calls and files from elsewhere answer from the recording, and
 * nothing is reached.
 *
 * @throws run.not-found, run.not-ended (caller), run.not-replayable (caller) for one that recorded nothing; run.queue-full
 * (dependency), run.app-busy (caller).
 */
export async function replayRun(
  needs: Needs,
  scope: WorkspaceScope,
  request: { runId: RunId; version: Omit<RepeatVersion, "graph">; caller: RunCaller },
): Promise<Run> {
  const before = await endedRun(needs, scope, request.runId);
  using _admitted = await needs.admission.admit(scope, before.appId);
  const begun = (await needs.runs.readJournal(scope, request.runId)).find(({ kind }) => kind === "begun");
  if (begun === undefined) throw RunErrors["not-replayable"]({});
  const repeats = { kind: "replay", of: request.runId } as const;
  const run = repetitionOf(needs, before, request.version, request.caller, repeats);
  // The variables of the conversation are what they were; the turn itself is no part of the conversation.
  await needs.runs.insertWithJournal(scope, { ...run, conversationId: null, messageId: null }, [begun]);
  await enqueueRun(needs, { scope, runId: run.id, queue: run.queue });
  return run;
}

/**
 * Two runs side by side.
 *
 * @throws run.not-found (caller)
 */
export async function compareRuns(
  needs: Pick<Needs, "runs">,
  scope: WorkspaceScope,
  a: RunId,
  b: RunId,
): Promise<ComparedRuns & { equal: boolean; hashes: { a: string; b: string } }> {
  const journals: JournalEntry[][] = [];
  for (const runId of [a, b]) {
    if ((await needs.runs.find(scope, runId)) === undefined) throw RunErrors["not-found"]({});
    journals.push(await needs.runs.readJournal(scope, runId));
  }
  const hashes = { a: journalHash(journals[0]!), b: journalHash(journals[1]!) };
  return { ...compareJournals(journals[0]!, journals[1]!), equal: hashes.a === hashes.b, hashes };
}

/** Equal for runs whose steps went the same way with the same values. */
function journalHash(journal: readonly JournalEntry[]): string {
  return createHash("sha256").update(journalLines(journal).join("\n")).digest("hex");
}

async function endedRun({ runs }: Needs, scope: WorkspaceScope, runId: RunId): Promise<Run> {
  const run = await runs.find(scope, runId);
  if (run === undefined) throw RunErrors["not-found"]({});
  if (!hasEnded(run)) throw RunErrors["not-ended"]({});
  return run;
}

function repetitionOf(
  { ids, clock }: Needs,
  before: Run,
  version: { id: AppVersionId; number: number },
  caller: RunCaller,
  repeats: RunRepeat,
): Run {
  return {
    ...before,
    ...atTheStart(),
    id: ids.next<"run">(),
    messageId: before.messageId === null ? null : ids.next<"message">(),
    versionId: version.id,
    versionNumber: version.number,
    trigger: "console",
    caller,
    createdAt: clock.now(),
    repeats,
  };
}

/** Steps are known by the run they belong to. */
function asOf(run: Run, entry: JournalEntry): JournalEntry {
  if (entry.kind === "begun" || entry.kind === "answered") return entry;
  return { ...entry, stepId: stepIdOf(run.id, entry.frame as FramePath, entry.nodeId) };
}
