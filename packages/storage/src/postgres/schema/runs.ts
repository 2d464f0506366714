import type {
  JournalEntry,
  ModelUsage,
  PauseAnswer,
  PauseReason,
  RunError,
  RunQueueName,
  RunStatus,
} from "@diwan/contracts";
import type { AppId, AppVersionId, ConversationId, EndUserId, MessageId, RunId, WorkspaceId } from "@diwan/kernel";
import type { PauseForm, Run, RunCaller, RunRepeat, RunTrigger, StoredFile } from "@diwan/runs";
import type { Value } from "@diwan/workflow";
import { bigint, doublePrecision, integer, pgTable, text } from "../drizzle.ts";
import { id, instant, json } from "./columns.ts";

type Values = Record<string, Value>;

export const run = pgTable("run", {
  id: id<RunId>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  appId: id<AppId>("app_id").notNull(),
  versionId: id<AppVersionId>("version_id").notNull(),
  versionNumber: integer("version_number").notNull(),
  mode: text().$type<Run["mode"]>().notNull(),
  trigger: text().$type<RunTrigger>().notNull(),
  queue: text().$type<RunQueueName>().notNull(),
  status: text().$type<RunStatus>().notNull(),
  caller: json<RunCaller>().notNull(),
  inputs: json<Values>().notNull(),
  query: text(),
  files: json<Value[]>().notNull(),
  conversationId: id<ConversationId>("conversation_id"),
  messageId: id<MessageId>("message_id"),
  dialogueCount: integer("dialogue_count").notNull(),
  outputs: json<Values>().notNull(),
  answer: text().notNull(),
  error: json<RunError>(),
  usage: json<ModelUsage>(),
  totalSteps: integer("total_steps").notNull(),
  exceptionsCount: integer("exceptions_count").notNull(),
  createdAt: instant("created_at").notNull(),
  startedAt: instant("started_at"),
  finishedAt: instant("finished_at"),
  elapsedMs: doublePrecision("elapsed_ms"),
  stopRequestedBy: json<RunCaller>("stop_requested_by"),
  repeats: json<RunRepeat>(),
  activeMs: doublePrecision("active_ms").notNull(),
  /** Since when it waits for a worker or for people: `created_at`, or when a worker let go of it. */
  queuedAt: instant("queued_at").notNull(),
  leaseOwner: text("lease_owner"),
  leaseExpiresAt: instant("lease_expires_at"),
  heartbeatAt: instant("heartbeat_at"),
  attempt: integer().notNull(),
  /** Takeovers since the journal last grew, as of the last claim. */
  fruitlessTakeovers: integer("fruitless_takeovers").notNull(),
  /** Length of the journal at the last claim. */
  journalAtClaim: integer("journal_at_claim").notNull(),
});

export const runStep = pgTable("run_step", {
  runId: id<RunId>("run_id").notNull(),
  /** From 0, without gaps. */
  position: integer().notNull(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  entry: json<JournalEntry>().notNull(),
});

export const conversation = pgTable("conversation", {
  id: id<ConversationId>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  appId: id<AppId>("app_id").notNull(),
  endUserId: id<EndUserId>("end_user_id"),
  caller: json<RunCaller>().notNull(),
  name: text().notNull(),
  dialogueCount: integer("dialogue_count").notNull(),
  inputs: json<Values>().notNull(),
  createdAt: instant("created_at").notNull(),
  updatedAt: instant("updated_at").notNull(),
  /** The run that may be driven now; null when any may. */
  turnOf: id<RunId>("turn_of"),
});

export const conversationVariable = pgTable("conversation_variable", {
  conversationId: id<ConversationId>("conversation_id").notNull(),
  variableId: text("variable_id").notNull(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  value: json<Value>().notNull(),
});

export const humanInputForm = pgTable("human_input_form", {
  id: id<string>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  appId: id<AppId>("app_id").notNull(),
  runId: id<RunId>("run_id").notNull(),
  nodeId: text("node_id").notNull(),
  token: text(),
  reason: json<PauseReason>().notNull(),
  status: text().$type<PauseForm["status"]>().notNull(),
  answer: json<PauseAnswer>(),
  expiresAt: instant("expires_at").notNull(),
  createdAt: instant("created_at").notNull(),
  answeredAt: instant("answered_at"),
});

export const file = pgTable("file", {
  id: id<string>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  appId: id<AppId>("app_id").notNull(),
  runId: id<RunId>("run_id"),
  origin: text().$type<StoredFile["origin"]>().notNull(),
  name: text().notNull(),
  extension: text().notNull(),
  mimeType: text("mime_type").notNull(),
  size: bigint({ mode: "number" }).notNull(),
  key: text().notNull(),
  createdBy: json<RunCaller>("created_by"),
  createdAt: instant("created_at").notNull(),
});

/** A chat turn, as the people who talk see it. */
export const message = pgTable("message", {
  id: id<MessageId>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  appId: id<AppId>("app_id").notNull(),
  conversationId: id<ConversationId>("conversation_id").notNull(),
  runId: id<RunId>("run_id").notNull(),
  query: text().notNull(),
  inputs: json<Values>().notNull(),
  answer: text().notNull(),
  status: text().$type<RunStatus>().notNull(),
  createdAt: instant("created_at").notNull(),
  finishedAt: instant("finished_at"),
});
