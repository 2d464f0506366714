import type { App, AppMode } from "@diwan/apps";
import type { AccountId, ApiKeyId, AppId, AppVersionId, EndUserId, ImportId, WorkspaceId } from "@diwan/kernel";
import { boolean, integer, pgTable, text } from "../drizzle.ts";
import { id, instant } from "./columns.ts";

export const app = pgTable("app", {
  id: id<AppId>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  mode: text().$type<AppMode>().notNull(),
  name: text().notNull(),
  description: text().notNull(),
  iconType: text("icon_type").$type<App["iconType"]>().notNull(),
  icon: text().notNull(),
  iconBackground: text("icon_background").notNull(),
  status: text().$type<App["status"]>().notNull(),
  enableApi: boolean("enable_api").notNull(),
  documentText: text("document_text").notNull(),
  documentHash: text("document_hash").notNull(),
  dslVersion: text("dsl_version").notNull(),
  publishedVersionId: id<AppVersionId>("published_version_id"),
  createdBy: id<AccountId>("created_by"),
  createdAt: instant("created_at").notNull(),
  updatedAt: instant("updated_at").notNull(),
  /** When it went to the bin. */
  deletedAt: instant("deleted_at"),
});

export const appVersion = pgTable("app_version", {
  id: id<AppVersionId>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  appId: id<AppId>("app_id").notNull(),
  number: integer().notNull(),
  documentText: text("document_text").notNull(),
  documentHash: text("document_hash").notNull(),
  createdBy: id<AccountId>("created_by"),
  createdAt: instant("created_at").notNull(),
});

export const pendingImport = pgTable("pending_import", {
  id: id<ImportId>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  content: text().notNull(),
  draft: boolean().notNull(),
  expiresAt: instant("expires_at").notNull(),
});

export const apiKey = pgTable("api_key", {
  id: id<ApiKeyId>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  appId: id<AppId>("app_id").notNull(),
  prefix: text().notNull(),
  hash: text().notNull(),
  createdAt: instant("created_at").notNull(),
  lastUsedAt: instant("last_used_at"),
});

export const endUser = pgTable("end_user", {
  id: id<EndUserId>().primaryKey(),
  workspaceId: id<WorkspaceId>("workspace_id").notNull(),
  appId: id<AppId>("app_id").notNull(),
  user: text("user").notNull(),
  /** SHA-256 of `user`, which callers may make longer than an index entry can be. */
  userHash: text("user_hash").notNull(),
  createdAt: instant("created_at").notNull(),
});
