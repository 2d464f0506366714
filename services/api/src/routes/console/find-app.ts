import { type App, AppErrors } from "@diwan/apps";
import { type AppId, parseId, type RunId, type WorkspaceScope } from "@diwan/kernel";
import { type Run, RunErrors } from "@diwan/runs";
import type { Role } from "@diwan/workspaces";
import { type Caller, enter } from "../../http/authenticate.ts";
import type { ApiNeeds } from "../../needs.ts";

/**
 * An app by its id alone, in whichever of the caller's workspaces it is.
 *
 * @throws app.not-found (caller) alike for other people's apps and apps that do not exist.
 */
export async function findApp(
  needs: ApiNeeds,
  caller: Caller,
  appId: string,
  role: Role,
): Promise<{ scope: WorkspaceScope; app: App }> {
  const id = parseId<"app">(appId);
  const app = id === undefined ? undefined : await inWorkspaces(caller, (scope) => needs.apps.find(scope, id as AppId));
  if (app === undefined) throw AppErrors["not-found"]();
  return { scope: enter(caller, app.workspaceId, role), app };
}

/** @throws run.not-found (caller), as for apps. */
export async function findRun(
  needs: ApiNeeds,
  caller: Caller,
  runId: string,
  role: Role,
): Promise<{ scope: WorkspaceScope; run: Run }> {
  const id = parseId<"run">(runId);
  const run = id === undefined ? undefined : await inWorkspaces(caller, (scope) => needs.runs.find(scope, id as RunId));
  if (run === undefined) throw RunErrors["not-found"]();
  return { scope: enter(caller, run.workspaceId, role), run };
}

async function inWorkspaces<Thing>(
  { memberships }: Caller,
  find: (scope: WorkspaceScope) => Promise<Thing | undefined>,
): Promise<Thing | undefined> {
  for (const { workspace } of memberships) {
    const found = await find({ workspaceId: workspace.id });
    if (found !== undefined) return found;
  }
  return undefined;
}
