import type { AccountId, AppId, Clock, IdSource, WorkspaceScope } from "@diwan/kernel";
import { type GraphLimits, sentenceOf } from "@diwan/workflow";
import type { AppVersion } from "../app.ts";
import { readContent } from "../core/app-content.ts";
import { AppErrors } from "../errors.ts";
import type { AppStore } from "../ports.ts";

type Needs = { apps: AppStore; clock: Clock; ids: IdSource; graphLimits?: GraphLimits };

/**
 * Freezes the draft as a version and makes it the live one.
 *
 * @throws app.not-found (caller), app.not-runnable (author) with the first thing that is in the way.
 */
export async function publishApp(
  needs: Needs,
  scope: WorkspaceScope,
  appId: AppId,
  by: AccountId | null,
): Promise<AppVersion> {
  const app = await needs.apps.find(scope, appId);
  if (app === undefined) throw AppErrors["not-found"]();
  const { graph, problems } = readContent(app.documentText, needs.graphLimits);
  if (graph === undefined) {
    const first = problems.find(({ severity }) => severity === "error");
    const sentence = first === undefined ? "Apps of this mode come with a later release." : sentenceOf(first);
    throw AppErrors["not-runnable"]({ sentence });
  }
  return needs.apps.publish(scope, {
    id: needs.ids.next<"app-version">(),
    appId,
    documentText: app.documentText,
    documentHash: app.documentHash,
    createdBy: by,
    createdAt: needs.clock.now(),
  });
}
