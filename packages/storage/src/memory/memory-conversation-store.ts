import type { AppId, ConversationId, WorkspaceScope } from "@diwan/kernel";
import {
  type Conversation,
  type ConversationStore,
  type ConversationTurn,
  hasEnded,
  type RunCaller,
} from "@diwan/runs";
import type { Value } from "@diwan/workflow";
import { copyOf, type RunRows } from "./run-rows.ts";

export class MemoryConversationStore implements ConversationStore {
  readonly #rows: RunRows;

  constructor(rows: RunRows) {
    this.#rows = rows;
  }

  async insert(scope: WorkspaceScope, opened: Conversation & { createdAt: number; caller: RunCaller }): Promise<void> {
    const { createdAt: _, caller: __, ...conversation } = opened;
    this.#rows.conversations.set(opened.id, { scope, conversation: copyOf(conversation) });
  }

  async find(scope: WorkspaceScope, appId: AppId, conversationId: ConversationId): Promise<Conversation | undefined> {
    const row = this.#rows.conversations.get(conversationId);
    const isSeen = row?.scope.workspaceId === scope.workspaceId && row.conversation.appId === appId;
    return isSeen ? copyOf(row.conversation) : undefined;
  }

  async history(scope: WorkspaceScope, conversationId: ConversationId, limit: number): Promise<ConversationTurn[]> {
    return [...this.#rows.runs.values()]
      .map(({ run }) => run)
      .filter((run) => run.conversationId === conversationId && run.workspaceId === scope.workspaceId)
      .filter((run) => hasEnded(run) && run.answer !== "")
      .sort((a, b) => a.createdAt - b.createdAt || (a.messageId! < b.messageId! ? -1 : 1))
      .slice(-limit)
      .map(({ query, answer }) => ({ query: query ?? "", answer }));
  }

  async readVariables(scope: WorkspaceScope, conversationId: ConversationId): Promise<Record<string, Value>> {
    return copyOf(this.#rows.variables.get(keyOf(scope, conversationId)) ?? {});
  }

  async writeVariables(
    scope: WorkspaceScope,
    conversationId: ConversationId,
    values: Record<string, Value>,
  ): Promise<void> {
    const key = keyOf(scope, conversationId);
    this.#rows.variables.set(key, { ...this.#rows.variables.get(key), ...copyOf(values) });
  }
}

function keyOf(scope: WorkspaceScope, conversationId: ConversationId): string {
  return `${scope.workspaceId} ${conversationId}`;
}
