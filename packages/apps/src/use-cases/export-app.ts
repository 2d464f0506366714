import type { AppId, WorkspaceScope } from "@diwan/kernel";
import { exportAppFile, type ObjectValue, readYaml } from "@diwan/workflow";
import type { Sealer } from "@diwan/workspaces";
import type { App } from "../app.ts";
import { openSecrets } from "../core/secrets.ts";
import { AppErrors } from "../errors.ts";
import type { AppStore } from "../ports.ts";

type Needs = { apps: AppStore; sealer: Sealer };

/**
 * The draft as an app file that any reader of these files takes.
 *
 * @throws app.not-found (caller)
 */
export async function exportApp(
  needs: Needs,
  scope: WorkspaceScope,
  appId: AppId,
  { includeSecrets }: { includeSecrets: boolean },
): Promise<{ app: App; text: string }> {
  const app = await needs.apps.find(scope, appId);
  if (app === undefined) throw AppErrors["not-found"]();
  const stored = readYaml(app.documentText).value as ObjectValue;
  const document = includeSecrets ? await openSecrets(needs.sealer, scope, appId, stored) : stored;
  return { app, text: exportAppFile(renamed(document, app), { includeSecrets }) };
}

/** Name and description may have been changed since the file came in. */
function renamed(document: ObjectValue, { name, description }: App): ObjectValue {
  return { ...document, app: { ...(document["app"] as ObjectValue), name, description } };
}
