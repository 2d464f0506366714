import type { AppId, ConversationId, MessageId, RunId, WorkspaceScope } from "@diwan/kernel";
import {
  type Conversation,
  type ConversationStore,
  type ConversationTurn,
  type RunCaller,
  RunErrors,
  type RunHolder,
} from "@diwan/runs";
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

  async history(
    scope: WorkspaceScope,
    conversationId: ConversationId,
    before: MessageId,
    limit: number,
  ): Promise<ConversationTurn[]> {
    const newestFirst = await this.#database.sql
      .select({ query: message.query, answer: message.answer })
      .from(message)
      .where(
        and(
          eq(message.conversationId, conversationId),
          eq(message.workspaceId, scope.workspaceId),
          inArray(message.status, ["succeeded", "partial-succeeded", "stopped", "failed"]),
          sql`${message.answer} <> ''`,
          sql`(${message.createdAt}, ${message.id}) < (
            select own.created_at, own.id from message own where own.id = ${before} and own.workspace_id = ${scope.workspaceId}
          )`,
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
    { runId, owner }: RunHolder,
  ): Promise<void> {
    const ids = Object.keys(values);
    if (ids.length === 0) return;
    const { rows } = await this.#database.run<{ held: boolean }>({
      name: "conversation_write",
      text: writeStatement,
      values: [runId, scope.workspaceId, owner, conversationId, ids, ids.map((id) => toJson(values[id]!))],
    });
    if (!rows[0]!.held) throw RunErrors["lease-lost"]({});
  }
}

/** The row lock keeps a takeover out until the values are in: what it reads then is the newest. */
const writeStatement = `
  with held as (
    select from run where id = $1 and workspace_id = $2 and lease_owner = $3 and status = 'running'
    for no key update
  ), written as (
    insert into conversation_variable (conversation_id, variable_id, workspace_id, value)
    select $4, given.id, $2, given.value from held, unnest($5::text[], $6::json[]) as given (id, value)
    on conflict (conversation_id, variable_id) do update set value = excluded.value
      where conversation_variable.workspace_id = $2
  )
  select exists (select from held) as held`;
