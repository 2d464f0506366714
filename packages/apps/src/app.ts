import type { AccountId, AppId, AppVersionId, WorkspaceId } from "@diwan/kernel";

export type AppMode = "workflow" | "advanced-chat" | "chat" | "completion" | "agent-chat";

export type AppFace = {
  name: string;
  description: string;
  iconType: "emoji" | "image" | "link";
  icon: string;
  iconBackground: string;
};

/** What our users build. `documentText` is the draft: the app file as YAML, secrets replaced by sealed references. */
export type App = AppFace & {
  id: AppId;
  workspaceId: WorkspaceId;
  mode: AppMode;
  status: "draft" | "live" | "paused";
  enableApi: boolean;
  documentText: string;
  /** SHA-256 of `documentText`, hex. */
  documentHash: string;
  dslVersion: string;
  /** The version that is live. */
  publishedVersionId: AppVersionId | null;
  /** `documentHash` of the live version, read with the app; what is inserted with an app is ignored. */
  publishedHash: string | null;
  createdBy: AccountId | null;
  createdAt: number;
  updatedAt: number;
};

/** A frozen copy of a draft; `workflow_id` on the wire. */
export type AppVersion = {
  id: AppVersionId;
  appId: AppId;
  number: number;
  documentText: string;
  documentHash: string;
  createdBy: AccountId | null;
  createdAt: number;
};

/** How an app has been doing, for its card. */
export type AppActivity = { runCount: number; runsByDay: number[]; lastRunStatus: string | null };
