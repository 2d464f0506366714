import type { AppId, AppVersionId, WorkspaceScope } from "@diwan/kernel";
import {
  type Graph,
  type GraphLimits,
  type GraphNode,
  sentenceOf,
  type WorkflowDocument,
  workflowOf,
} from "@diwan/workflow";
import type { Sealer } from "@diwan/workspaces";
import { readContent } from "../core/app-content.ts";
import { openSecrets } from "../core/secrets.ts";
import { AppErrors } from "../errors.ts";
import type { AppStore } from "../ports.ts";

/** A version ready to run, its secrets opened. */
export type PreparedVersion = { graph: Graph; root: GraphNode; document: WorkflowDocument };

const MAX_PREPARED = 100;

/**
 * Prepares versions for runs and keeps the newest: a version never changes, and compiling one costs more than most runs.
 *
 * @throws app.not-published (author) for a version that is gone, app.not-runnable (author) for one that cannot run.
 */
export function createVersionPreparer(needs: { apps: AppStore; sealer: Sealer; graphLimits?: GraphLimits }) {
  const prepared = new Map<AppVersionId, Promise<PreparedVersion>>();

  async function prepare(scope: WorkspaceScope, appId: AppId, versionId: AppVersionId): Promise<PreparedVersion> {
    const version = await needs.apps.findVersion(scope, versionId);
    if (version === undefined) throw AppErrors["not-published"]();
    const { file, graph, start, problems } = readContent(version.documentText, needs.graphLimits);
    if (graph === undefined || start === undefined) {
      const first = problems.find(({ severity }) => severity === "error");
      const sentence =
        first === undefined ? "It has no start step, so only a trigger can start it." : sentenceOf(first);
      throw AppErrors["not-runnable"]({ sentence });
    }
    const document = workflowOf(await openSecrets(needs.sealer, scope, appId, file.document), []);
    return { graph, root: start, document };
  }

  return (scope: WorkspaceScope, appId: AppId, versionId: AppVersionId): Promise<PreparedVersion> => {
    let found = prepared.get(versionId);
    if (found === undefined) {
      found = prepare(scope, appId, versionId);
      prepared.set(versionId, found);
      // What failed may be mended: a secret key set right, a database back.
      found.catch(() => prepared.delete(versionId));
      if (prepared.size > MAX_PREPARED) prepared.delete(prepared.keys().next().value!);
    }
    return found;
  };
}
