import type { WorkspaceScope } from "@diwan/kernel";
import type { DataKeyStore, WrappedDataKey } from "@diwan/workspaces";
import type { Database } from "../database.ts";
import { and, eq } from "../drizzle.ts";
import { workspaceDataKey } from "../schema/identity.ts";

const key = { id: workspaceDataKey.id, wrapped: workspaceDataKey.wrapped, kekId: workspaceDataKey.kekId };

export class PostgresDataKeyStore implements DataKeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async active(scope: WorkspaceScope, create: () => WrappedDataKey): Promise<WrappedDataKey> {
    const found = await this.#findActive(scope);
    if (found !== undefined) return found;
    await this.#database.sql
      .insert(workspaceDataKey)
      .values({ ...create(), workspaceId: scope.workspaceId, state: "active" })
      .onConflictDoNothing();
    // Of several callers at once the first one's key stands; all read that one.
    return (await this.#findActive(scope))!;
  }

  async find(scope: WorkspaceScope, keyId: string): Promise<WrappedDataKey | undefined> {
    const rows = await this.#database.sql
      .select(key)
      .from(workspaceDataKey)
      .where(and(eq(workspaceDataKey.workspaceId, scope.workspaceId), eq(workspaceDataKey.id, keyId)));
    return rows[0];
  }

  async #findActive(scope: WorkspaceScope): Promise<WrappedDataKey | undefined> {
    const rows = await this.#database.sql
      .select(key)
      .from(workspaceDataKey)
      .where(and(eq(workspaceDataKey.workspaceId, scope.workspaceId), eq(workspaceDataKey.state, "active")));
    return rows[0];
  }
}
