import type { AccountId, SessionId, WorkspaceScope } from "@diwan/kernel";
import type { Account, Membership, Session, Workspace } from "./account.ts";

export type AccountStore = {
  /** The account that owns a workspace since the set-up; undefined before it. */
  findOwner(): Promise<Account | undefined>;
  /**
   * The first account, its workspace and its ownership, in one transaction. False when an owner exists already; of
   * several callers at once one succeeds.
   */
  createOwner(account: Account, workspace: Workspace): Promise<boolean>;
  findByEmail(email: string): Promise<Account | undefined>;
  find(accountId: AccountId): Promise<Account | undefined>;
  update(
    accountId: AccountId,
    change: Partial<Pick<Account, "name" | "locale" | "theme" | "passwordHash">>,
  ): Promise<void>;
  /** By name of the workspace. */
  memberships(accountId: AccountId): Promise<Membership[]>;
};

export type SessionStore = {
  insert(session: Session): Promise<void>;
  /** The session with this token hash unless it is revoked or expired at `now`. */
  findLive(tokenHash: string, now: number): Promise<Session | undefined>;
  touch(sessionId: SessionId, lastSeenAt: number, idleExpiresAt: number): Promise<void>;
  revoke(sessionId: SessionId, at: number, reason: string): Promise<void>;
  /** Gives the session new CSRF secrets, for a page that was opened afresh. */
  renewCsrf(sessionId: SessionId, csrfHash: string): Promise<void>;
};

/** Failed attempts, counted over a sliding window and shared by all processes. */
export type AttemptStore = {
  /** Failures under `key` since `since` (Unix milliseconds). */
  count(key: string, since: number): Promise<number>;
  add(key: string, at: number): Promise<void>;
  clear(key: string): Promise<void>;
};

/** Facts about the installation as a whole, such as the hash of the set-up secret. */
export type InstallationStore = {
  read(key: string): Promise<string | undefined>;
  write(key: string, value: string): Promise<void>;
  /** Writes unless there is a value; returns the value that is there afterwards. */
  writeIfAbsent(key: string, value: string): Promise<string>;
  remove(key: string): Promise<void>;
};

/** The wrapped data keys of workspaces; see `sealing/`. */
export type DataKeyStore = {
  /** The active key, made with `create` on first use; of several callers at once all get the same one. */
  active(scope: WorkspaceScope, create: () => { id: string; wrapped: string; kekId: string }): Promise<WrappedDataKey>;
  find(scope: WorkspaceScope, keyId: string): Promise<WrappedDataKey | undefined>;
};

export type WrappedDataKey = { id: string; wrapped: string; kekId: string };
