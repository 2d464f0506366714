import type { ApiKeyStore, App, AppStore, AppVersion, PendingImportStore, StoredApiKey } from "@diwan/apps";
import type { AppId, WorkspaceScope } from "@diwan/kernel";
import type { ModelProviderStore } from "@diwan/models";
import type { RunStore, VersionStore } from "@diwan/runs";
import { describe, expect, it } from "vitest";
import { aCaller, aRun, ids, noon } from "./samples.ts";

export function anApp(scope: WorkspaceScope, change: Partial<App> = {}): App {
  return {
    id: ids.next(),
    workspaceId: scope.workspaceId,
    mode: "workflow",
    name: "Tea finder",
    description: "Finds tea.",
    iconType: "emoji",
    icon: "🍵",
    iconBackground: "#ffeedd",
    status: "draft",
    enableApi: true,
    documentText: "kind: app\n",
    documentHash: "aa",
    dslVersion: "0.3.0",
    publishedVersionId: null,
    publishedHash: null,
    createdBy: null,
    createdAt: noon,
    updatedAt: noon,
    ...change,
  };
}

/** Stores over the same rows, and two workspaces that exist. */
export type AppStores = {
  apps: AppStore;
  keys: ApiKeyStore;
  versions: VersionStore;
  runs: RunStore;
  mine: WorkspaceScope;
  theirs: WorkspaceScope;
};

const DAY_MS = 86_400_000;

/** What every AppStore promises. @param open  Gives workspaces without apps. */
export function appStoreContract(open: () => Promise<AppStores>): void {
  const inserted = async ({ apps, mine }: AppStores, change: Partial<App> = {}) => {
    const app = anApp(mine, change);
    await apps.insert(mine, app);
    return app;
  };
  const aVersion = (app: App): Omit<AppVersion, "number"> => ({
    id: ids.next(),
    appId: app.id,
    documentText: app.documentText,
    documentHash: app.documentHash,
    createdBy: null,
    createdAt: noon + 5,
  });

  it("finds an app as it was inserted, in its workspace only", async () => {
    const stores = await open();
    const app = await inserted(stores);
    expect(await stores.apps.find(stores.mine, app.id)).toEqual(app);
    expect(await stores.apps.find(stores.theirs, app.id)).toBeUndefined();
  });

  it("changes the face of an app, in its workspace only", async () => {
    const stores = await open();
    const app = await inserted(stores);
    await stores.apps.updateFace(stores.theirs, app.id, { name: "Stolen" }, noon + 1);
    await stores.apps.updateFace(stores.mine, app.id, { name: "Coffee finder" }, noon + 2);
    expect(await stores.apps.find(stores.mine, app.id)).toEqual({ ...app, name: "Coffee finder", updatedAt: noon + 2 });
  });

  describe("a list of apps", () => {
    it("shows the newest change first in pages without gaps, with the number of all that match", async () => {
      const stores = await open();
      const made: AppId[] = [];
      for (const n of [0, 0, 1, 2]) made.push((await inserted(stores, { updatedAt: noon + n })).id);
      const seen: AppId[] = [];
      let cursor: string | null = null;
      do {
        const page = await stores.apps.list(stores.mine, { limit: 3, ...(cursor === null ? {} : { cursor }) });
        expect(page.total).toBe(4);
        seen.push(...page.apps.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(made.reverse());
      expect(await stores.apps.list(stores.theirs, { limit: 3 })).toEqual({ apps: [], nextCursor: null, total: 0 });
    });

    it("is narrowed by words of name or description, taken literally, and by mode", async () => {
      const stores = await open();
      await inserted(stores, { name: "100% tea", mode: "advanced-chat" });
      await inserted(stores, { name: "1000 teas" });
      await inserted(stores, { name: "Chat", description: "about TEA" });
      const names = async (filter: { text?: string; mode?: string }) =>
        (await stores.apps.list(stores.mine, { ...filter, limit: 10 })).apps.map(({ name }) => name).sort();
      expect(await names({ text: "100%" })).toEqual(["100% tea"]);
      expect(await names({ text: "tea" })).toEqual(["100% tea", "1000 teas", "Chat"]);
      expect(await names({ text: "tea", mode: "advanced-chat" })).toEqual(["100% tea"]);
    });
  });

  describe("publishing", () => {
    it("counts versions from 1, also of two publishers at once, and makes the last one live", async () => {
      const stores = await open();
      const app = await inserted(stores);
      const published = await Promise.all([1, 2, 3].map(() => stores.apps.publish(stores.mine, aVersion(app))));
      expect(published.map(({ number }) => number).sort()).toEqual([1, 2, 3]);
      const last = published.find(({ number }) => number === 3)!;
      expect(await stores.apps.find(stores.mine, app.id)).toMatchObject({
        status: "live",
        publishedVersionId: last.id,
        publishedHash: app.documentHash,
      });
      expect(await stores.apps.findVersion(stores.mine, last.id)).toEqual(last);
      expect(await stores.apps.findVersion(stores.theirs, last.id)).toBeUndefined();
      expect(await stores.versions.find(stores.mine, last.id)).toEqual({
        id: last.id,
        appId: app.id,
        documentText: app.documentText,
      });
      expect(await stores.versions.find(stores.theirs, last.id)).toBeUndefined();
    });

    it("is refused for an app of another workspace", async () => {
      const stores = await open();
      const app = await inserted(stores);
      await expect(stores.apps.publish(stores.theirs, aVersion(app))).rejects.toMatchObject({
        code: "request.not-found",
      });
    });
  });

  it("finds nothing of a removed app by any way, and its keys open nothing", async () => {
    const stores = await open();
    const app = await inserted(stores);
    const key = aKey(app.id);
    await stores.keys.insert(stores.mine, key);
    expect(await stores.apps.remove(stores.theirs, app.id, noon)).toBe(false);
    expect(await stores.apps.remove(stores.mine, app.id, noon)).toBe(true);
    expect(await stores.apps.remove(stores.mine, app.id, noon)).toBe(false);
    expect(await stores.apps.find(stores.mine, app.id)).toBeUndefined();
    expect((await stores.apps.list(stores.mine, { limit: 10 })).total).toBe(0);
    expect(await stores.keys.resolve(key.hash)).toBeUndefined();
    await expect(stores.apps.publish(stores.mine, aVersion(app))).rejects.toMatchObject({ code: "request.not-found" });
  });

  it("tells how each app has been doing: runs of the last twelve days, of all time, and how the last one went", async () => {
    const stores = await open();
    const [busy, idle] = [await inserted(stores), await inserted(stores)];
    const startRun = async (daysAgo: number) => {
      const run = aRun({ appId: busy.id, createdAt: noon - daysAgo * DAY_MS });
      await stores.runs.insert(stores.mine, run);
      return run;
    };
    for (const daysAgo of [30, 11, 1, 1]) await startRun(daysAgo);
    const last = await startRun(0);
    await stores.runs.requestStop(stores.mine, last.id, aCaller, noon);
    const activity = await stores.apps.activity(stores.mine, [busy.id, idle.id], noon + 60_000);
    expect(activity.get(busy.id)).toEqual({
      runCount: 5,
      runsByDay: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1],
      lastRunStatus: "stopped",
    });
    const none = { runCount: 0, runsByDay: Array.from({ length: 12 }, () => 0), lastRunStatus: null };
    expect(activity.get(idle.id)).toEqual(none);
    expect((await stores.apps.activity(stores.theirs, [busy.id], noon)).get(busy.id)).toEqual(none);
  });
}

function aKey(appId: AppId): StoredApiKey & { hash: string } {
  const id = ids.next<"api-key">();
  return { id, appId, prefix: "app-a1b2", hash: `hash ${id}`, createdAt: noon, lastUsedAt: null };
}

export function apiKeyStoreContract(open: () => Promise<AppStores>): void {
  it("opens its app and workspace by hash, and shows no hash", async () => {
    const { apps, keys, mine } = await open();
    const app = anApp(mine);
    await apps.insert(mine, app);
    const { hash, ...shown } = aKey(app.id);
    await keys.insert(mine, { ...shown, hash });
    expect(await keys.resolve(hash)).toEqual({ scope: mine, key: shown });
    await keys.touch(mine, shown.id, noon + 60_000);
    expect(await keys.list(mine, app.id)).toEqual([{ ...shown, lastUsedAt: noon + 60_000 }]);
    expect(await keys.resolve("another hash")).toBeUndefined();
  });

  it("is seen and removed by its own workspace only", async () => {
    const { apps, keys, mine, theirs } = await open();
    const app = anApp(mine);
    await apps.insert(mine, app);
    const { hash, ...key } = aKey(app.id);
    await keys.insert(mine, { ...key, hash });
    expect(await keys.list(theirs, app.id)).toEqual([]);
    expect(await keys.remove(theirs, app.id, key.id)).toBe(false);
    expect(await keys.remove(mine, ids.next(), key.id)).toBe(false);
    expect(await keys.remove(mine, app.id, key.id)).toBe(true);
    expect(await keys.resolve(hash)).toBeUndefined();
  });
}

export function pendingImportStoreContract(
  open: () => Promise<{ imports: PendingImportStore; mine: WorkspaceScope; theirs: WorkspaceScope }>,
): void {
  it("gives a pending import once, to its workspace, before it expires", async () => {
    const { imports, mine, theirs } = await open();
    const pending = { id: ids.next<"import">(), content: "kind: app", draft: true, expiresAt: noon + 600_000 };
    await imports.put(mine, pending);
    expect(await imports.take(theirs, pending.id, noon)).toBeUndefined();
    expect(await imports.take(mine, pending.id, noon)).toEqual(pending);
    expect(await imports.take(mine, pending.id, noon)).toBeUndefined();
    const late = { ...pending, id: ids.next<"import">() };
    await imports.put(mine, late);
    expect(await imports.take(mine, late.id, late.expiresAt)).toBeUndefined();
  });
}

export function modelProviderStoreContract(
  open: () => Promise<{ providers: ModelProviderStore; mine: WorkspaceScope; theirs: WorkspaceScope }>,
): void {
  it("keeps one set of settings for each provider of a workspace", async () => {
    const { providers, mine, theirs } = await open();
    const settings = {
      provider: "openai",
      baseUrl: "https://one.test",
      updatedAt: noon,
      sealedKey: "v1.x",
      keyHint: "…abcd",
    };
    await providers.put(mine, settings);
    await providers.put(mine, { ...settings, provider: "anthropic", sealedKey: null });
    await providers.put(mine, { ...settings, baseUrl: "https://two.test" });
    expect(
      (await providers.list(mine)).map(({ provider, baseUrl, sealedKey }) => [provider, baseUrl, sealedKey]),
    ).toEqual([
      ["anthropic", "https://one.test", null],
      ["openai", "https://two.test", "v1.x"],
    ]);
    expect(await providers.list(theirs)).toEqual([]);
    expect(await providers.remove(theirs, "openai")).toBe(false);
    expect(await providers.remove(mine, "openai")).toBe(true);
    expect(await providers.remove(mine, "openai")).toBe(false);
  });
}
