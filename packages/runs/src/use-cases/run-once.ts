import type { JournalEntry, PauseAnswer, RunEvent, StepSettled } from "@diwan/contracts";
import type { Clock, IdSource, Logger, RunId } from "@diwan/kernel";
import type { NodePorts } from "@diwan/nodes";
import { checkInputs, RunProgress, readAppLimits, readInputFields, type Value } from "@diwan/workflow";
import { finishedEvent } from "../core/finished-event.ts";
import { formEvent, pauseEvents, pausingOf } from "../core/pausing.ts";
import { conversationValues, runVariables, shownInputs } from "../core/run-variables.ts";
import { settlementOf } from "../core/settlement.ts";
import type { StepCall } from "../engine/attempt.ts";
import { driveRun } from "../engine/drive-run.ts";
import { limitsFor, outputBytesOf, type RunLimits } from "../engine/limits.ts";
import type { Recording } from "../engine/recording.ts";
import { RunErrors } from "../errors.ts";
import { atTheStart, type Run } from "../run.ts";
import type { PreparedVersion } from "./execute-run.ts";

type Needs = { clock: Clock; ids: IdSource; logger: Logger; ports: (run: Run, step: StepCall) => NodePorts };

export type RunOnceRequest = {
  version: PreparedVersion;
  mode: Run["mode"];
  inputs: Readonly<Record<string, Value>>;
  /** Whom the run is for, as `sys.user_id`. */
  user: string;
  /** Of a chat turn. */
  query?: string;
  dialogueCount?: number;
  limits: RunLimits;
  signal: AbortSignal;
  /** Values of conversation variables, by id; the others have their defaults. */
  conversation?: Readonly<Record<string, Value>>;
  /** What an earlier try settled already; it is not done again. */
  journal?: readonly JournalEntry[];
  /** By the id of the step that waits. */
  answers?: Readonly<Record<string, PauseAnswer>>;
  /** Of a run that is taken up again. */
  runId?: RunId;
  /** The run speaks as this one, with its clock and seed, and is answered by what was recorded; it reaches nothing. */
  replay?: Recording;
  onEvent?(event: RunEvent): void;
};

export type FinishedRun = {
  /** `paused` where it waits for a person. */
  run: Run;
  journal: JournalEntry[];
  steps: StepSettled[];
  events: RunEvent[];
  progress: RunProgress;
};

/**
 * Runs a version from start to end in this process, with nothing stored: the same engine as for runs that are kept.
 *
 * @throws run.inputs-invalid (caller) naming the field and the rule; run.not-replayable (caller) for a recording of nothing.
 */
export async function runOnce(needs: Needs, request: RunOnceRequest): Promise<FinishedRun> {
  const { version, signal, replay } = request;
  const limits = limitsFor(request.limits, readAppLimits(version.document.limits));
  if (replay !== undefined && replay.begun === undefined) throw RunErrors["not-replayable"]({});
  // What a trigger hands over it has checked itself: there is no form. What was recorded was checked then.
  const checked =
    version.root.type === "start" && request.inputs !== replay?.run.inputs
      ? checkInputs(readInputFields(version.root.data), request.inputs)
      : { ok: true as const, inputs: { ...request.inputs } };
  if (!checked.ok) {
    const details = [{ path: `inputs.${checked.variable}`, message: checked.message }];
    throw RunErrors["inputs-invalid"]({ problem: checked.message }, { details });
  }
  const run = aloneRun(needs, request, checked.inputs);
  const { environmentVariables, conversationVariables } = version.document;
  const shown = replay === undefined ? run : { ...replay.run, inputs: run.inputs, query: run.query };
  const variables = runVariables(shown, version.root.id, environmentVariables, conversationVariables);
  const progress = new RunProgress(version.graph, version.root, variables);
  const journal: JournalEntry[] = [...(request.journal ?? [])];
  progress.replay(journal);
  const events: RunEvent[] = [];
  const publish = (event: RunEvent) => {
    events.push(event);
    request.onEvent?.(event);
  };
  const reason = journal.length === 0 ? "initial" : "resumption";
  publish({ type: "run.started", workflowId: run.versionId, inputs: shownInputs(run), reason, at: run.createdAt });
  const add = (entry: JournalEntry) => {
    journal.push(entry);
    progress.fold(entry);
  };
  if (journal.length === 0) {
    add(replay?.begun ?? begun(needs, conversationValues(conversationVariables, request.conversation ?? {})));
  }
  for (const waiting of progress.state.waiting.values()) {
    const answer = request.answers?.[waiting.nodeId];
    if (answer === undefined) continue;
    add({ kind: "answered", nodeId: waiting.nodeId, frame: waiting.frame, at: needs.clock.now(), answer });
    publish(formEvent(waiting, answer));
  }
  const end = await driveRun(
    {
      ...needs,
      ports: (step) => {
        const ports = needs.ports(shown, step);
        return replay === undefined ? ports : replay.portsFor(ports, step);
      },
    },
    {
      runId: shown.id,
      ...(replay === undefined ? {} : { replay }),
      progress,
      limits,
      activeMs: 0,
      outputBytes: outputBytesOf(journal, limits),
      signal,
      publish,
      journal: { add: (entry) => journal.push(entry), flush: async () => {} },
    },
  );
  const result = { journal, steps: journal.filter((entry) => entry.kind === "settled"), events, progress };
  if (end.status === "paused") {
    const now = needs.clock.now();
    const pausing = pausingOf(progress, now, now - run.createdAt);
    for (const event of pauseEvents(run, pausing)) publish(event);
    const { outputs, answer, usage, totalSteps, exceptionsCount } = pausing;
    const elapsedMs = now - run.createdAt;
    return {
      run: { ...run, status: "paused", outputs, answer, usage, totalSteps, exceptionsCount, elapsedMs },
      ...result,
    };
  }
  const settlement = settlementOf(run, end, progress, needs.clock.now());
  const settled = { ...run, ...settlement };
  publish(finishedEvent(settled));
  return { run: settled, ...result };
}

function begun({ clock, ids }: Needs, conversation: Record<string, Value>): JournalEntry {
  return { kind: "begun", reason: "initial", at: clock.now(), seed: ids.next(), conversation };
}

function aloneRun(
  { ids, clock }: Needs,
  { mode, user, query = "", dialogueCount = 0, runId, replay }: RunOnceRequest,
  inputs: Record<string, Value>,
): Run {
  const isChat = mode === "advanced-chat";
  const now = clock.now();
  return {
    ...atTheStart(),
    id: runId ?? ids.next(),
    workspaceId: ids.next(),
    appId: ids.next(),
    versionId: ids.next(),
    versionNumber: 1,
    mode,
    trigger: "cli",
    queue: "runs-interactive",
    status: "running",
    caller: { type: "end-user", id: ids.next(), user },
    inputs,
    query: isChat ? query : null,
    files: [],
    conversationId: isChat ? ids.next() : null,
    messageId: isChat ? ids.next() : null,
    dialogueCount,
    createdAt: now,
    startedAt: now,
    ...(replay === undefined ? {} : { repeats: { kind: "replay", of: replay.run.id } }),
  };
}
