import { type App, AppErrors, type AppVersion, KeyErrors, resolveKey } from "@diwan/apps";
import { parseId, type WorkspaceScope } from "@diwan/kernel";
import type { FastifyRequest } from "fastify";
import { bearerOf } from "../../http/authenticate.ts";
import type { ApiNeeds } from "../../needs.ts";
import { V1Errors } from "./errors.ts";

export type KeyCaller = { scope: WorkspaceScope; app: App };

/**
 * The app that the request's key opens.
 *
 * @throws key.unknown, app.not-found, app.api-off (caller)
 */
export async function authenticateKey(needs: ApiNeeds, request: FastifyRequest): Promise<KeyCaller> {
  const value = bearerOf(request);
  if (value === undefined) throw KeyErrors.unknown();
  const { scope, key } = await resolveKey(needs, value);
  const app = await needs.apps.find(scope, key.appId);
  if (app === undefined) throw AppErrors["not-found"]();
  if (!app.enableApi) throw AppErrors["api-off"]();
  return { scope, app };
}

/**
 * The version that runs: the live one, or one that the caller names.
 *
 * @throws app.not-published (author), v1.version-malformed, v1.version-unknown (caller)
 */
export async function versionToRun(
  needs: ApiNeeds,
  { scope, app }: KeyCaller,
  wanted: string | null,
): Promise<AppVersion> {
  if (wanted !== null && wanted !== "") {
    const id = parseId<"app-version">(wanted);
    if (id === undefined) throw V1Errors["version-malformed"]();
    const version = await needs.apps.findVersion(scope, id);
    if (version === undefined || version.appId !== app.id) throw V1Errors["version-unknown"]();
    return version;
  }
  const version =
    app.publishedVersionId === null ? undefined : await needs.apps.findVersion(scope, app.publishedVersionId);
  if (version === undefined) throw AppErrors["not-published"]();
  return version;
}
