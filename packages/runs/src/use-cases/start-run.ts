import { queueNames } from "@diwan/contracts";
import type {
  AppId,
  AppVersionId,
  Clock,
  ConversationId,
  IdSource,
  Logger,
  MessageId,
  RunId,
  WorkspaceScope,
} from "@diwan/kernel";
import { checkInputs, type InputField, type Value } from "@diwan/workflow";
import { RunErrors } from "../errors.ts";
import { type ResolveFilesNeeds, resolveAll, resolveInputFiles } from "../files/resolve-files.ts";
import type { Conversation, ConversationStore, LocalSlots, RunQueue, RunStore } from "../ports.ts";
import { atTheStart, type Run, type RunCaller, type RunTrigger } from "../run.ts";
import type { Admission } from "./admit-run.ts";
import { enqueueRun } from "./enqueue-run.ts";

type Needs = ResolveFilesNeeds & {
  runs: RunStore;
  conversations: ConversationStore;
  queue: RunQueue;
  admission: Admission;
  /** Of a process that has a worker too. */
  local?: LocalSlots | undefined;
  clock: Clock;
  ids: IdSource;
  logger: Logger;
};

export type StartRunRequest = {
  appId: AppId;
  version: { id: AppVersionId; number: number };
  mode: Run["mode"];
  fields: readonly InputField[];
  inputs: Readonly<Record<string, Value>>;
  /** As the caller describes them. */
  files: readonly Value[];
  trigger: RunTrigger;
  caller: RunCaller;
  /** Of a chat turn. */
  chat?: { query: string; conversationId: ConversationId | null };
};

/**
 * Records a run of a version, which waits for a worker then.
 *
 * @throws run.inputs-invalid (caller) naming the field and the rule.
 * @throws run.conversation-not-found (caller) for a conversation of another app or another person.
 * @throws run.queue-full (dependency) while too many runs wait, run.app-busy (caller) while the app has too many.
 */
export async function startRun(needs: Needs, scope: WorkspaceScope, request: StartRunRequest): Promise<Run> {
  using _admitted = await needs.admission.admit(scope, request.appId);
  const conversation = await continued(needs, scope, request);
  const checked = checkInputs(request.fields, { ...conversation?.inputs, ...request.inputs });
  if (!checked.ok) {
    const details = [{ path: `inputs.${checked.variable}`, message: checked.message }];
    throw RunErrors["inputs-invalid"]({ problem: checked.message }, { details });
  }
  const inputs = await resolveInputFiles(needs, scope, request.appId, request.fields, checked.inputs, request.inputs);
  const files = await resolveAll(needs, scope, request.appId, "files", request.files);
  const runId = needs.ids.next<"run">();
  const turn =
    request.chat === undefined ? undefined : await openTurn(needs, scope, request, conversation, inputs, runId);
  const run: Run = {
    ...atTheStart(),
    id: runId,
    workspaceId: scope.workspaceId,
    appId: request.appId,
    versionId: request.version.id,
    versionNumber: request.version.number,
    mode: request.mode,
    trigger: request.trigger,
    queue: queueNames.runsInteractive,
    caller: request.caller,
    inputs,
    query: request.chat?.query ?? null,
    files,
    conversationId: turn?.conversationId ?? null,
    messageId: turn?.messageId ?? null,
    dialogueCount: turn?.dialogueCount ?? 0,
    createdAt: needs.clock.now(),
  };
  await record(needs, scope, run, turn?.isFirst !== false);
  return run;
}

/**
 * Into a free place of this process, where there is one; else it waits for whichever worker comes first.
 *
 * @param isFree  Nothing can be in its way: a later turn of a conversation has to wait for those before it.
 */
async function record(needs: Needs, scope: WorkspaceScope, run: Run, isFree: boolean): Promise<void> {
  const slot = needs.local?.take();
  if (slot === undefined) {
    const ahead = await needs.runs.insert(scope, run);
    await enqueueRun(needs, { scope, runId: run.id, queue: run.queue }, ahead);
    return;
  }
  const lease = isFree ? slot.lease() : undefined;
  try {
    await needs.runs.insert(scope, run, lease);
  } catch (error) {
    slot.giveBack();
    throw error;
  }
  if (lease === undefined) slot.claim(scope, run.id);
  else slot.drive(scope, { ...run, status: "running", startedAt: lease.now }, lease);
}

type Turn = { conversationId: ConversationId; messageId: MessageId; dialogueCount: number; isFirst: boolean };

/** The conversation that a turn goes on with. Inputs that it does not send are those of the first turn. */
async function continued(
  needs: Needs,
  scope: WorkspaceScope,
  { appId, caller, chat }: StartRunRequest,
): Promise<Conversation | undefined> {
  if (chat === undefined || chat.conversationId === null) return undefined;
  const found = await needs.conversations.find(scope, appId, chat.conversationId);
  const ownedBy = caller.type === "end-user" ? caller.id : null;
  if (found === undefined || found.endUserId !== ownedBy) throw RunErrors["conversation-not-found"]({});
  return found;
}

async function openTurn(
  needs: Needs,
  scope: WorkspaceScope,
  request: StartRunRequest,
  conversation: Conversation | undefined,
  inputs: Record<string, Value>,
  runId: RunId,
): Promise<Turn> {
  const { query } = request.chat!;
  const messageId = needs.ids.next<"message">();
  if (conversation !== undefined) {
    const { id: conversationId, dialogueCount } = conversation;
    return { conversationId, messageId, dialogueCount, isFirst: false };
  }
  const id = needs.ids.next<"conversation">();
  await needs.conversations.insert(scope, {
    id,
    appId: request.appId,
    endUserId: request.caller.type === "end-user" ? request.caller.id : null,
    name: conversationName(query),
    dialogueCount: 0,
    inputs,
    createdAt: needs.clock.now(),
    caller: request.caller,
    turnOf: runId,
  });
  return { conversationId: id, messageId, dialogueCount: 0, isFirst: true };
}

/** @source the service API contract: the first query, cut to 47 characters and "..." where it is longer than 50 */
function conversationName(query: string): string {
  const characters = [...query.trim()];
  return characters.length > 50 ? `${characters.slice(0, 47).join("")}...` : characters.join("");
}
