import type { ApiKeyId, AppId, AppVersionId, ImportId, WorkspaceScope } from "@diwan/kernel";
import type { App, AppActivity, AppFace, AppVersion } from "./app.ts";

export type AppFilter = { text?: string; mode?: string; cursor?: string; limit: number };

export type AppStore = {
  insert(scope: WorkspaceScope, app: App): Promise<void>;
  find(scope: WorkspaceScope, appId: AppId): Promise<App | undefined>;
  /** Newest change first; `total` counts all that match. */
  list(scope: WorkspaceScope, filter: AppFilter): Promise<{ apps: App[]; nextCursor: string | null; total: number }>;
  updateFace(scope: WorkspaceScope, appId: AppId, face: Partial<AppFace>, at: number): Promise<void>;
  /** Moves the app to the bin: it is found by nothing any more, its keys stop working. */
  remove(scope: WorkspaceScope, appId: AppId, at: number): Promise<boolean>;
  /** Freezes a version and makes it the live one, in one transaction; numbers count from 1. */
  publish(scope: WorkspaceScope, version: Omit<AppVersion, "number">): Promise<AppVersion>;
  findVersion(scope: WorkspaceScope, versionId: AppVersionId): Promise<AppVersion | undefined>;
  /** For each app asked for; apps that never ran have zeros. `today` is Unix milliseconds. */
  activity(scope: WorkspaceScope, appIds: readonly AppId[], today: number): Promise<Map<AppId, AppActivity>>;
};

/** Imports of newer files wait here for a person's word, for ten minutes. */
export type PendingImportStore = {
  put(scope: WorkspaceScope, pending: PendingImport): Promise<void>;
  /** Takes it out; undefined when unknown or expired at `now`. */
  take(scope: WorkspaceScope, importId: ImportId, now: number): Promise<PendingImport | undefined>;
};

export type PendingImport = { id: ImportId; content: string; draft: boolean; expiresAt: number };

/** A service-API key as kept: its hash, never its value. */
export type StoredApiKey = {
  id: ApiKeyId;
  appId: AppId;
  prefix: string;
  createdAt: number;
  lastUsedAt: number | null;
};

export type ApiKeyStore = {
  insert(scope: WorkspaceScope, key: StoredApiKey & { hash: string }): Promise<void>;
  list(scope: WorkspaceScope, appId: AppId): Promise<StoredApiKey[]>;
  remove(scope: WorkspaceScope, appId: AppId, keyId: ApiKeyId): Promise<boolean>;
  /** The app a key opens and its workspace; keys of removed apps open nothing. Across workspaces: a key is its own proof. */
  resolve(hash: string): Promise<{ scope: WorkspaceScope; key: StoredApiKey } | undefined>;
  /** Remembers that a key was used; callers do this at most once a minute for a key. */
  touch(scope: WorkspaceScope, keyId: ApiKeyId, at: number): Promise<void>;
};
