import { AppErrors, type AppVersion } from "@diwan/apps";
import type { WorkspaceScope } from "@diwan/kernel";
import { compareRuns, type RepeatVersion, type Run, replayRun, retryRun } from "@diwan/runs";
import { sentenceOf } from "@diwan/workflow";
import type { FastifyInstance } from "fastify";
import { authenticate } from "../../http/authenticate.ts";
import { consoleRoute } from "../../http/console-route.ts";
import type { ApiNeeds } from "../../needs.ts";
import { presentComparison } from "../../presenters/console.ts";
import { callerOf } from "./caller-of.ts";
import { findRun } from "./find-app.ts";

/** Runs made from runs: one goes on from a step, one repeats what was recorded, and two are compared. */
export function repeatRunRoutes(app: FastifyInstance, needs: ApiNeeds): void {
  consoleRoute(app, "POST /console/api/runs/{runId}/retry", async ({ params, body, request }) => {
    const caller = await authenticate(needs, request);
    const { scope, run } = await findRun(needs, caller, params.runId, "editor");
    const recorded = withGraph(needs, await versionOf(needs, scope, run, "same"));
    const current = body.version === "same" ? recorded : withGraph(needs, await versionOf(needs, scope, run, "live"));
    const from = body.from === "failed" ? body.from : { nodeId: body.from.node_id, frame: body.from.frame };
    const retried = await retryRun(needs, scope, { runId: run.id, from, recorded, current, caller: callerOf(caller) });
    return { run_id: retried.run.id, reused: retried.reused, changed: retried.changed };
  });

  consoleRoute(app, "POST /console/api/runs/{runId}/replay", async ({ params, body, request }) => {
    const caller = await authenticate(needs, request);
    const { scope, run } = await findRun(needs, caller, params.runId, "editor");
    const version = await versionOf(needs, scope, run, body.version);
    const replayed = await replayRun(needs, scope, { runId: run.id, version, caller: callerOf(caller) });
    return { run_id: replayed.id };
  });

  consoleRoute(app, "GET /console/api/runs/{runId}/compare/{otherId}", async ({ params, request }) => {
    const caller = await authenticate(needs, request);
    const a = await findRun(needs, caller, params.runId, "editor");
    const b = await findRun(needs, caller, params.otherId, "editor");
    return presentComparison(a.run, b.run, await compareRuns(needs, a.scope, a.run.id, b.run.id));
  });
}

/** @throws app.not-published (author) where the version is gone, or the app has none that is live. */
async function versionOf(
  { apps }: ApiNeeds,
  scope: WorkspaceScope,
  run: Run,
  wanted: "same" | "live",
): Promise<AppVersion> {
  const id = wanted === "same" ? run.versionId : (await apps.find(scope, run.appId))?.publishedVersionId;
  const version = id === null || id === undefined ? undefined : await apps.findVersion(scope, id);
  if (version === undefined) throw AppErrors["not-published"]();
  return version;
}

/** @throws app.not-runnable (author) */
function withGraph({ readContent }: ApiNeeds, version: AppVersion): RepeatVersion {
  const { graph, problems } = readContent(version.documentHash, version.documentText);
  const first = problems.find(({ severity }) => severity === "error");
  if (graph === undefined) throw AppErrors["not-runnable"]({ sentence: first === undefined ? "" : sentenceOf(first) });
  return { id: version.id, number: version.number, graph };
}
