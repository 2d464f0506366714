import type { JournalEntry } from "@diwan/contracts";
import type { ConversationId, RunId, WorkspaceScope } from "@diwan/kernel";
import type { Conversation, Lease, Run } from "@diwan/runs";
import { parseJson, stringifyJson, type Value } from "@diwan/workflow";

export type RunRow = {
  run: Run;
  journal: JournalEntry[];
  queuedAt: number;
  lease: Lease | undefined;
  attempt: number;
  /** Takeovers since the journal last grew, as of the last claim. */
  fruitlessTakeovers: number;
  /** Length of the journal at the last claim. */
  journalAtClaim: number;
};

export type ConversationRow = { scope: WorkspaceScope; conversation: Conversation };

/** What the stores of runs share: the rows that a database would hold. */
export class RunRows {
  readonly runs = new Map<RunId, RunRow>();
  readonly conversations = new Map<ConversationId, ConversationRow>();
  /** By workspace and conversation. */
  readonly variables = new Map<string, Record<string, Value>>();

  find(scope: WorkspaceScope, runId: RunId): RunRow | undefined {
    const row = this.runs.get(runId);
    return row?.run.workspaceId === scope.workspaceId ? row : undefined;
  }

  /** The row while `owner` holds it. */
  held(scope: WorkspaceScope, runId: RunId, owner: string): RunRow | undefined {
    const row = this.find(scope, runId);
    return row?.run.status === "running" && row.lease?.owner === owner ? row : undefined;
  }

  /** Ends a run and counts the turn of its conversation. */
  settle(row: RunRow, ending: Partial<Run> & { finishedAt: number }): void {
    const { startedAt, conversationId } = row.run;
    row.run = { ...row.run, elapsedMs: ending.finishedAt - (startedAt ?? ending.finishedAt), ...copyOf(ending) };
    row.lease = undefined;
    const conversation = conversationId === null ? undefined : this.conversations.get(conversationId)?.conversation;
    if (conversation !== undefined) conversation.dialogueCount += 1;
  }
}

/** What a database would give back: a copy, with the kinds of numbers kept. */
export function copyOf<T>(value: T): T {
  return parseJson(stringifyJson(value as unknown as Value)) as unknown as T;
}
