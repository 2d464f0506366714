import { createHash } from "node:crypto";
import type { AccountId, Clock, IdSource, ImportId, WorkspaceScope } from "@diwan/kernel";
import {
  type AppFile,
  type AppFileReading,
  CURRENT_DSL_VERSION,
  type GraphLimits,
  type Problem,
  readAppFile,
  type VersionVerdict,
  writeYaml,
} from "@diwan/workflow";
import type { Sealer } from "@diwan/workspaces";
import type { App } from "../app.ts";
import { readContent, refusal } from "../core/app-content.ts";
import { sealSecrets } from "../core/secrets.ts";
import { AppErrors } from "../errors.ts";
import type { AppStore, PendingImportStore } from "../ports.ts";
import { publishApp } from "./publish-app.ts";

type Needs = {
  apps: AppStore;
  pendingImports: PendingImportStore;
  sealer: Sealer;
  clock: Clock;
  ids: IdSource;
  graphLimits?: GraphLimits;
};

export type ImportRequest = {
  content: string;
  /** Leaves the app unpublished. */
  draft: boolean;
  by: AccountId | null;
};

export type ImportResult = {
  id: ImportId;
  status: Exclude<VersionVerdict, "failed" | "too-new">;
  app: App | undefined;
  importedVersion: string;
  currentVersion: string;
  problems: Problem[];
};

/** A file of a newer release waits this long for a person's word. */
const PENDING_MS = 10 * 60_000;

/**
 * Makes an app of a file. What is missing here, such as plugins or models, never stops it; a file that is newer waits for
 * confirmation, with nothing stored but its text.
 *
 * @throws app.file-* (caller) with one sentence that names the place and what to do, and every problem in `details`.
 */
export async function importApp(needs: Needs, scope: WorkspaceScope, request: ImportRequest): Promise<ImportResult> {
  const reading = readOrRefuse(request.content);
  const id = needs.ids.next<"import">();
  if (reading.verdict !== "pending") return createFrom(needs, scope, id, reading, request);
  const expiresAt = needs.clock.now() + PENDING_MS;
  await needs.pendingImports.put(scope, { id, content: request.content, draft: request.draft, expiresAt });
  return resultOf(id, "pending", undefined, reading);
}

/** @throws app.import-expired (caller) */
export async function confirmImport(
  needs: Needs,
  scope: WorkspaceScope,
  importId: ImportId,
  by: AccountId | null,
): Promise<ImportResult> {
  const pending = await needs.pendingImports.take(scope, importId, needs.clock.now());
  if (pending === undefined) throw AppErrors["import-expired"]();
  const { content, draft } = pending;
  return createFrom(needs, scope, importId, readOrRefuse(content), { content, draft, by });
}

function readOrRefuse(content: string): AppFileReading & { file: AppFile } {
  const reading = readAppFile(content);
  if (reading.file === undefined) throw refusal(reading.problems);
  return reading as AppFileReading & { file: AppFile };
}

async function createFrom(
  needs: Needs,
  scope: WorkspaceScope,
  id: ImportId,
  reading: AppFileReading & { file: AppFile },
  { draft, by }: ImportRequest,
): Promise<ImportResult> {
  const appId = needs.ids.next<"app">();
  const documentText = writeYaml(await sealSecrets(needs.sealer, scope, appId, reading.file.document));
  const now = needs.clock.now();
  const app: App = {
    id: appId,
    workspaceId: scope.workspaceId,
    mode: reading.file.mode,
    ...reading.file.face,
    status: "draft",
    enableApi: true,
    documentText,
    documentHash: hashOf(documentText),
    dslVersion: reading.version,
    publishedVersionId: null,
    publishedHash: null,
    createdBy: by,
    createdAt: now,
    updatedAt: now,
  };
  await needs.apps.insert(scope, app);
  const content = readContent(documentText, needs.graphLimits);
  // What cannot run is not put live; it is drawn, and says why.
  if (!draft && content.graph !== undefined) await publishApp(needs, scope, appId, by);
  const status = reading.verdict === "completed" ? "completed" : "completed-with-warnings";
  return resultOf(id, status, (await needs.apps.find(scope, appId))!, { ...reading, problems: content.problems });
}

function resultOf(
  id: ImportId,
  status: ImportResult["status"],
  app: App | undefined,
  reading: AppFileReading,
): ImportResult {
  const { version: importedVersion, problems } = reading;
  return { id, status, app, importedVersion, currentVersion: CURRENT_DSL_VERSION, problems };
}

export function hashOf(documentText: string): string {
  return createHash("sha256").update(documentText).digest("hex");
}
