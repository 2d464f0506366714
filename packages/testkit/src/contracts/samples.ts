import { noUsage, type PauseReason, type StepSettled } from "@diwan/contracts";
import { type AppId, createIdSource, type RunId, type WorkspaceScope } from "@diwan/kernel";
import {
  atTheStart,
  type Conversation,
  type Lease,
  type Run,
  type RunCaller,
  type RunPausing,
  type RunSettlement,
} from "@diwan/runs";
import { float } from "@diwan/workflow";

export const ids = createIdSource();

/** A whole second, so that the day and the text of every time in a test can be told. */
export const noon = Date.UTC(2026, 0, 31, 12);

export function aScope(): WorkspaceScope {
  return { workspaceId: ids.next() };
}

export const aCaller: RunCaller = { type: "end-user", id: ids.next(), user: "reader-7" };

export function aRun(change: Partial<Run> = {}): Run {
  return {
    ...atTheStart(),
    id: ids.next(),
    workspaceId: ids.next(),
    appId: ids.next(),
    versionId: ids.next(),
    versionNumber: 1,
    mode: "workflow",
    trigger: "api",
    queue: "runs-interactive",
    caller: aCaller,
    inputs: {},
    query: null,
    files: [],
    conversationId: null,
    messageId: null,
    dialogueCount: 0,
    createdAt: noon,
    ...change,
  };
}

export function aConversation(
  change: Partial<Conversation & { turnOf: RunId }> = {},
): Conversation & { createdAt: number; caller: RunCaller; turnOf: RunId } {
  return {
    id: ids.next(),
    appId: ids.next(),
    endUserId: null,
    name: "About tea",
    dialogueCount: 0,
    inputs: {},
    createdAt: noon,
    caller: aCaller,
    turnOf: ids.next(),
    ...change,
  };
}

export function aTurn(appId: AppId, conversation: Conversation, change: Partial<Run> = {}): Run {
  return aRun({
    appId,
    mode: "advanced-chat",
    query: "What is tea?",
    conversationId: conversation.id,
    messageId: ids.next(),
    ...change,
  });
}

export function aLease(owner: string, now: number, ms = 20_000): Lease {
  return { owner, now, expiresAt: now + ms };
}

export function aStep(nodeId: string, change: Partial<StepSettled> = {}): StepSettled {
  return {
    kind: "settled",
    stepId: ids.next(),
    nodeId,
    nodeType: "template-transform",
    title: nodeId,
    frame: [["loop", 2]],
    attempt: 1,
    index: 1,
    status: "succeeded",
    branch: null,
    inputs: {},
    processData: {},
    outputs: { price: float(5), count: 5 },
    error: null,
    usage: null,
    metadata: {},
    streams: [{ name: "text" }],
    startedAt: noon + 0.25,
    finishedAt: noon + 1.5,
    ...change,
  };
}

export function aSettlement(change: Partial<RunSettlement> = {}): RunSettlement {
  return {
    status: "succeeded",
    outputs: {},
    answer: "",
    error: null,
    usage: { ...noUsage, total_tokens: 12, total_price: "0.0012" },
    totalSteps: 3,
    exceptionsCount: 0,
    finishedAt: noon + 2_000,
    elapsedMs: 1_500.5,
    ...change,
  };
}

export function aForm(change: Partial<PauseReason> = {}): PauseReason {
  return {
    type: "human-input",
    formId: ids.next(),
    token: ids.next(),
    nodeTitle: "Approve",
    content: "Shall we?",
    inputs: [{ type: "paragraph", output_variable_name: "note" }],
    actions: [{ id: "yes", title: "Yes", button_style: "primary" }],
    resolvedDefaults: { note: "" },
    expiresAt: noon + 60_000,
    ...change,
  };
}

export function aPause(forms: PauseReason[], change: Partial<RunPausing> = {}): RunPausing {
  return {
    at: noon + 500,
    activeMs: 480,
    outputs: {},
    answer: "So far.",
    usage: noUsage,
    totalSteps: 2,
    exceptionsCount: 0,
    forms: forms.map((reason) => ({ nodeId: "ask", reason })),
    ...change,
  };
}

export const nothingMore = { position: 0, entries: [] } as const;

export function anotherRunId(): RunId {
  return ids.next();
}
