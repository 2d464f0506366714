import type { WorkflowDocument } from "../graph/workflow-document.ts";
import type { ObjectValue } from "../values/index.ts";

export const appModes = ["workflow", "advanced-chat", "chat", "completion", "agent-chat"] as const;
export type AppFileMode = (typeof appModes)[number];

/** How an app introduces itself. */
export type AppFileFace = {
  name: string;
  description: string;
  iconType: "emoji" | "image" | "link";
  icon: string;
  iconBackground: string;
};

/** An app file, read and brought up to date. */
export type AppFile = {
  /** As the file says it. */
  version: string;
  mode: AppFileMode;
  face: AppFileFace;
  /** The whole file, with what old versions lack added; keys we do not know are in it too. */
  document: ObjectValue;
  /** What the engine runs; undefined for modes without a graph. */
  workflow: WorkflowDocument | undefined;
};
