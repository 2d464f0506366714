import { AppErrors, type AppVersion, KeyErrors } from "@diwan/apps";
import { parseId } from "@diwan/kernel";
import type { FastifyRequest } from "fastify";
import { bearerOf } from "../../http/authenticate.ts";
import type { ApiNeeds } from "../../needs.ts";
import { V1Errors } from "./errors.ts";
import type { PublishedApp } from "./published-apps.ts";

export type KeyCaller = PublishedApp;

/**
 * The app that the request's key opens.
 *
 * @throws key.unknown, app.not-found, app.api-off (caller)
 */
export async function authenticateKey(needs: ApiNeeds, request: FastifyRequest): Promise<KeyCaller> {
  const value = bearerOf(request);
  if (value === undefined) throw KeyErrors.unknown();
  const published = await needs.published.find(value);
  if (!published.app.enableApi) throw AppErrors["api-off"]();
  return published;
}

/**
 * The version that runs: the live one, or one that the caller names.
 *
 * @throws app.not-published (author), v1.version-malformed, v1.version-unknown (caller)
 */
export async function versionToRun(
  needs: ApiNeeds,
  { scope, app, live }: KeyCaller,
  wanted: string | null,
): Promise<AppVersion> {
  if (wanted !== null && wanted !== "") {
    const id = parseId<"app-version">(wanted);
    if (id === undefined) throw V1Errors["version-malformed"]();
    const version = await needs.apps.findVersion(scope, id);
    if (version === undefined || version.appId !== app.id) throw V1Errors["version-unknown"]();
    return version;
  }
  if (live === undefined) throw AppErrors["not-published"]();
  return live;
}
