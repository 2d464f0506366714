import { type App, AppErrors, type AppVersion, resolveKey } from "@diwan/apps";
import type { WorkspaceScope } from "@diwan/kernel";
import type { ApiNeeds } from "../../needs.ts";

/** What a key opens: the app and its live version. */
export type PublishedApp = { scope: WorkspaceScope; app: App; live: AppVersion | undefined };

export type PublishedApps = {
  /** @throws key.unknown, app.not-found (caller) */
  find(key: string): Promise<PublishedApp>;
  /** Call after anything about apps or keys was changed here. */
  forget(): void;
};

const MAX_CACHED = 1_000;

/**
 * Calls come in bursts for few apps; each burst reads them once.
 *
 * @param freshMs  Within this time a change that another process makes is seen; one that is made here is seen at once.
 */
export function createPublishedApps(needs: Pick<ApiNeeds, "apps" | "keys" | "clock">, freshMs: number): PublishedApps {
  const found = new Map<string, { at: number; published: Promise<PublishedApp> }>();

  async function read(key: string): Promise<PublishedApp> {
    const { scope, key: stored } = await resolveKey(needs, key);
    const app = await needs.apps.find(scope, stored.appId);
    if (app === undefined) throw AppErrors["not-found"]();
    const live =
      app.publishedVersionId === null ? undefined : await needs.apps.findVersion(scope, app.publishedVersionId);
    return { scope, app, live };
  }

  return {
    find(key) {
      const now = needs.clock.now();
      const known = found.get(key);
      if (known !== undefined && now - known.at < freshMs) return known.published;
      const published = read(key);
      if (found.size >= MAX_CACHED) found.clear();
      found.set(key, { at: now, published });
      // What was refused is looked at again the next time: guessing keys must not fill the cache.
      published.catch(() => found.delete(key));
      return published;
    },
    forget: () => found.clear(),
  };
}
