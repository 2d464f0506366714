import type { AppId, ConversationId, RunId, WorkspaceScope } from "@diwan/kernel";
import type { Conversation, ConversationStore, ConversationTurn, RunCaller } from "@diwan/runs";
import type { Value } from "@diwan/workflow";
import type { Database } from "../database.ts";
import { and, desc, eq, inArray, sql } from "../drizzle.ts";
import { conversation, conversationVariable, message } from "../schema/runs.ts";
import { toJson } from "../wire-values.ts";

export class PostgresConversationStore implements ConversationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(
    scope: WorkspaceScope,
    opened: Conversation & { createdAt: number; caller: RunCaller; turnOf: RunId },
  ): Promise<void> {
    await this.#database.sql
      .insert(conversation)
      .values({ ...opened, workspaceId: scope.workspaceId, updatedAt: opened.createdAt });
  }

  async find(scope: WorkspaceScope, appId: AppId, conversationId: ConversationId): Promise<Conversation | undefined> {
    const rows = await this.#database.sql
      .select({
        id: conversation.id,
        appId: conversation.appId,
        endUserId: conversation.endUserId,
        name: conversation.name,
        dialogueCount: conversation.dialogueCount,
        inputs: conversation.inputs,
      })
      .from(conversation)
      .where(
        and(
          eq(conversation.id, conversationId),
          eq(conversation.workspaceId, scope.workspaceId),
          eq(conversation.appId, appId),
        ),
      );
    return rows[0];
  }

  async history(scope: WorkspaceScope, conversationId: ConversationId, limit: number): Promise<ConversationTurn[]> {
    const newestFirst = await this.#database.sql
      .select({ query: message.query, answer: message.answer })
      .from(message)
      .where(
        and(
          eq(message.conversationId, conversationId),
          eq(message.workspaceId, scope.workspaceId),
          inArray(message.status, ["succeeded", "partial-succeeded", "stopped", "failed"]),
          sql`${message.answer} <> ''`,
        ),
      )
      .orderBy(desc(message.createdAt), desc(message.id))
      .limit(limit);
    return newestFirst.reverse();
  }

  async readVariables(scope: WorkspaceScope, conversationId: ConversationId): Promise<Record<string, Value>> {
    const rows = await this.#database.sql
      .select({ id: conversationVariable.variableId, value: conversationVariable.value })
      .from(conversationVariable)
      .where(
        and(
          eq(conversationVariable.conversationId, conversationId),
          eq(conversationVariable.workspaceId, scope.workspaceId),
        ),
      );
    return Object.fromEntries(rows.map(({ id, value }) => [id, value]));
  }

  async writeVariables(
    scope: WorkspaceScope,
    conversationId: ConversationId,
    values: Record<string, Value>,
  ): Promise<void> {
    const rows = Object.entries(values).map(([variableId, value]) => ({
      conversationId,
      variableId,
      workspaceId: scope.workspaceId,
      // As text: Drizzle would make null the database's NULL, and here it is a value like any other.
      value: sql`${toJson(value)}::json`,
    }));
    if (rows.length === 0) return;
    await this.#database.sql
      .insert(conversationVariable)
      .values(rows)
      .onConflictDoUpdate({
        target: [conversationVariable.conversationId, conversationVariable.variableId],
        set: { value: sql`excluded.value` },
        setWhere: eq(conversationVariable.workspaceId, scope.workspaceId),
      });
  }
}
