import type { AppId, EndUserId, WorkspaceScope } from "@diwan/kernel";
import type { EndUserStore } from "@diwan/runs";

const MAX_CACHED = 20_000;

/** An end user never changes once made, so the newest are kept. */
export function cachedEndUsers(store: EndUserStore): EndUserStore {
  const known = new Map<string, { id: EndUserId; user: string }>();
  return {
    async findOrCreate(scope: WorkspaceScope, appId: AppId, user: string) {
      const name = `${appId}\0${user}`;
      const found = known.get(name) ?? (await store.findOrCreate(scope, appId, user));
      known.delete(name);
      known.set(name, found);
      if (known.size > MAX_CACHED) known.delete(known.keys().next().value!);
      return found;
    },
  };
}
