import type { AccountId, SessionId, WorkspaceId } from "@diwan/kernel";
import type { Account, Role } from "@diwan/workspaces";
import { boolean, pgTable, text } from "../drizzle.ts";
import { id, instant } from "./columns.ts";

export const account = pgTable("account", {
  id: id<AccountId>().primaryKey(),
  email: text().notNull(),
  name: text().notNull(),
  passwordHash: text("password_hash"),
  status: text().$type<Account["status"]>().notNull(),
  locale: text().$type<Account["locale"]>().notNull(),
  theme: text().$type<Account["theme"]>().notNull(),
  instanceOperator: boolean("instance_operator").notNull(),
  createdAt: instant("created_at").notNull(),
});

export const session = pgTable("session", {
  id: id<SessionId>().primaryKey(),
  accountId: id<AccountId>("account_id").notNull(),
  tokenHash: text("token_hash").notNull(),
  csrfHash: text("csrf_hash").notNull(),
  ip: text().notNull(),
  userAgent: text("user_agent").notNull(),
  createdAt: instant("created_at").notNull(),
  lastSeenAt: instant("last_seen_at").notNull(),
  idleExpiresAt: instant("idle_expires_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  revokedAt: instant("revoked_at"),
  revokeReason: text("revoke_reason"),
});

export const workspace = pgTable("workspace", {
  id: id<WorkspaceId>().primaryKey(),
  name: text().notNull(),
  slug: text().notNull(),
  createdAt: instant("created_at").notNull(),
});

export const membership = pgTable("membership", {
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  accountId: id<AccountId>("account_id").notNull(),
  role: text().$type<Role>().notNull(),
  joinedAt: instant("joined_at").notNull(),
});

export const attempt = pgTable("attempt", {
  id: id<string>().primaryKey(),
  /** SHA-256 of the key: keys hold addresses, and may be of any length. */
  keyHash: text("key_hash").notNull(),
  at: instant().notNull(),
});

export const installation = pgTable("installation", {
  key: text().primaryKey(),
  value: text().notNull(),
});

export const workspaceDataKey = pgTable("workspace_data_key", {
  id: id<string>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  wrapped: text().notNull(),
  kekId: text("kek_id").notNull(),
  state: text().$type<"active" | "retired">().notNull(),
});

export const modelProvider = pgTable("model_provider", {
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  provider: text().notNull(),
  baseUrl: text("base_url").notNull(),
  sealedKey: text("sealed_key"),
  keyHint: text("key_hint").notNull(),
  updatedAt: instant("updated_at").notNull(),
});
