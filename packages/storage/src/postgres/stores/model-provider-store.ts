import type { WorkspaceScope } from "@diwan/kernel";
import type { ModelProviderSettings, ModelProviderStore } from "@diwan/models";
import type { Database } from "../database.ts";
import { and, asc, eq, getTableColumns } from "../drizzle.ts";
import { modelProvider } from "../schema/identity.ts";

type StoredProvider = ModelProviderSettings & { sealedKey: string | null; keyHint: string };

export class PostgresModelProviderStore implements ModelProviderStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(scope: WorkspaceScope): Promise<StoredProvider[]> {
    const { workspaceId, ...columns } = getTableColumns(modelProvider);
    return this.#database.sql
      .select(columns)
      .from(modelProvider)
      .where(eq(workspaceId, scope.workspaceId))
      .orderBy(asc(modelProvider.provider));
  }

  async put(scope: WorkspaceScope, settings: StoredProvider): Promise<void> {
    await this.#database.sql
      .insert(modelProvider)
      .values({ ...settings, workspaceId: scope.workspaceId })
      .onConflictDoUpdate({ target: [modelProvider.workspaceId, modelProvider.provider], set: settings });
  }

  async remove(scope: WorkspaceScope, provider: string): Promise<boolean> {
    const removed = await this.#database.sql
      .delete(modelProvider)
      .where(and(eq(modelProvider.workspaceId, scope.workspaceId), eq(modelProvider.provider, provider)))
      .returning({ provider: modelProvider.provider });
    return removed.length > 0;
  }
}
