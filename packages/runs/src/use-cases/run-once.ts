import type { JournalEntry, RunEvent, StepSettled } from "@diwan/contracts";
import type { Clock, IdSource, Logger } from "@diwan/kernel";
import type { NodePorts } from "@diwan/nodes";
import { checkInputs, RunProgress, readInputFields, type Value } from "@diwan/workflow";
import { finishedEvent } from "../core/finished-event.ts";
import { conversationValues, runVariables, shownInputs } from "../core/run-variables.ts";
import { settlementOf } from "../core/settlement.ts";
import { driveRun } from "../engine/drive-run.ts";
import type { RunLimits } from "../engine/limits.ts";
import { RunErrors } from "../errors.ts";
import { atTheStart, type Run } from "../run.ts";
import type { PreparedVersion } from "./execute-run.ts";

type Needs = { clock: Clock; ids: IdSource; logger: Logger; ports: (run: Run) => NodePorts };

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
  /** What an earlier try settled already; it is not done again. */
  journal?: readonly JournalEntry[];
  onEvent?(event: RunEvent): void;
};

export type FinishedRun = { run: Run; steps: StepSettled[]; events: RunEvent[] };

/**
 * Runs a version from start to end in this process, with nothing stored: the same engine as for runs that are kept.
 *
 * @throws run.inputs-invalid (caller) naming the field and the rule.
 */
export async function runOnce(needs: Needs, request: RunOnceRequest): Promise<FinishedRun> {
  const { version, limits, signal } = request;
  const checked = checkInputs(readInputFields(version.root.data), request.inputs);
  if (!checked.ok) {
    const details = [{ path: `inputs.${checked.variable}`, message: checked.message }];
    throw RunErrors["inputs-invalid"]({ problem: checked.message }, { details });
  }
  const run = aloneRun(needs, request, checked.inputs);
  const conversation = conversationValues(version.document.conversationVariables, {});
  const variables = runVariables(run, version.root.id, version.document.environmentVariables, conversation);
  const progress = new RunProgress(version.graph, version.root, variables);
  const journal: JournalEntry[] = [...(request.journal ?? [])];
  progress.replay(journal);
  const events: RunEvent[] = [];
  const publish = (event: RunEvent) => {
    events.push(event);
    request.onEvent?.(event);
  };
  publish({
    type: "run.started",
    workflowId: run.versionId,
    inputs: shownInputs(run),
    reason: "initial",
    at: run.createdAt,
  });
  const end = await driveRun(
    { ...needs, ports: needs.ports(run) },
    {
      graph: version.graph,
      progress,
      history: new Map(),
      limits,
      signal,
      publish,
      journal: { add: (entry) => journal.push(entry), flush: async () => {} },
    },
  );
  const settlement = settlementOf(run, end, progress, needs.clock.now());
  const settled = { ...run, ...settlement };
  publish(finishedEvent(settled));
  return { run: settled, steps: journal.filter((entry): entry is StepSettled => entry.kind === "settled"), events };
}

function aloneRun(
  { ids, clock }: Needs,
  { mode, user, query = "", dialogueCount = 0 }: RunOnceRequest,
  inputs: Record<string, Value>,
): Run {
  const isChat = mode === "advanced-chat";
  const now = clock.now();
  return {
    ...atTheStart(),
    id: ids.next(),
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
  };
}
