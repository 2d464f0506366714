import type { AppId, AppVersionId, EndUserId, IdSource, WorkspaceId, WorkspaceScope } from "@diwan/kernel";
import type { EndUserStore, RunnableVersion, VersionStore } from "@diwan/runs";
import { MemoryAbandonedRuns } from "./memory-abandoned-runs.ts";
import { MemoryConversationStore } from "./memory-conversation-store.ts";
import { MemoryRunStore } from "./memory-run-store.ts";
import { RunRows } from "./run-rows.ts";

/**
 * The stores of runs for one process that keeps nothing: `diwan run`, and tests. They pass the suites of the ones in
 * Postgres.
 */
export function createMemoryStores({ ids }: { ids: IdSource }) {
  const rows = new RunRows();
  return {
    runs: new MemoryRunStore(rows),
    abandoned: new MemoryAbandonedRuns(rows),
    conversations: new MemoryConversationStore(rows),
    endUsers: new MemoryEndUserStore(ids),
    versions: new MemoryVersionStore(),
  };
}

class MemoryEndUserStore implements EndUserStore {
  readonly #ids: IdSource;
  readonly #endUsers = new Map<string, { id: EndUserId; user: string }>();

  constructor(ids: IdSource) {
    this.#ids = ids;
  }

  async findOrCreate(scope: WorkspaceScope, appId: AppId, user: string): Promise<{ id: EndUserId; user: string }> {
    const key = `${scope.workspaceId} ${appId} ${user}`;
    const found = this.#endUsers.get(key) ?? { id: this.#ids.next<"end-user">(), user };
    this.#endUsers.set(key, found);
    return found;
  }
}

class MemoryVersionStore implements VersionStore {
  readonly #versions = new Map<AppVersionId, { owner: WorkspaceId; version: RunnableVersion }>();

  /** Publishing belongs to apps; here versions are put in as they are. */
  put(scope: WorkspaceScope, version: RunnableVersion): void {
    this.#versions.set(version.id, { owner: scope.workspaceId, version });
  }

  async find(scope: WorkspaceScope, versionId: AppVersionId): Promise<RunnableVersion | undefined> {
    const found = this.#versions.get(versionId);
    return found?.owner === scope.workspaceId ? found.version : undefined;
  }
}
