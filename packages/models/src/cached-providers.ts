import type { WorkspaceScope } from "@diwan/kernel";
import type { ModelProviderStore } from "./ports.ts";

/** For a process that is the only one to change providers: they are read once, and again after a change. */
export function cachedProviders(store: ModelProviderStore): ModelProviderStore {
  const known = new Map<string, ReturnType<ModelProviderStore["list"]>>();
  const changing = async <T>(scope: WorkspaceScope, change: Promise<T>): Promise<T> => {
    try {
      return await change;
    } finally {
      known.delete(scope.workspaceId);
    }
  };
  return {
    list(scope) {
      let found = known.get(scope.workspaceId);
      if (found === undefined) {
        found = store.list(scope);
        known.set(scope.workspaceId, found);
        found.catch(() => known.delete(scope.workspaceId));
      }
      return found;
    },
    put: (scope, settings) => changing(scope, store.put(scope, settings)),
    remove: (scope, provider) => changing(scope, store.remove(scope, provider)),
  };
}
