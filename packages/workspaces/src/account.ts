import type { AccountId, SessionId, WorkspaceId } from "@diwan/kernel";

/** A person who signs in. Times are Unix milliseconds. */
export type Account = {
  id: AccountId;
  /** Lower-cased, unique. */
  email: string;
  name: string;
  passwordHash: string | null;
  status: "active" | "suspended" | "deleted";
  locale: "en" | "ar";
  theme: "light" | "dark" | "system";
  instanceOperator: boolean;
  createdAt: number;
};

export type Role = "normal" | "dataset_operator" | "editor" | "admin" | "owner";

export type Workspace = { id: WorkspaceId; name: string; slug: string; createdAt: number };

export type Membership = { workspace: Workspace; role: Role };

/** A signed-in browser. Only hashes of its two secrets are kept. */
export type Session = {
  id: SessionId;
  accountId: AccountId;
  tokenHash: string;
  csrfHash: string;
  ip: string;
  userAgent: string;
  createdAt: number;
  lastSeenAt: number;
  idleExpiresAt: number;
  expiresAt: number;
};
