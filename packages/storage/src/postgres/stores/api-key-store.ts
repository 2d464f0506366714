import type { ApiKeyStore, StoredApiKey } from "@diwan/apps";
import type { ApiKeyId, AppId, WorkspaceScope } from "@diwan/kernel";
import type { Database } from "../database.ts";
import { and, desc, eq, getTableColumns, isNull } from "../drizzle.ts";
import { apiKey, app } from "../schema/apps.ts";

const { workspaceId, hash: hashColumn, ...shown } = getTableColumns(apiKey);

export class PostgresApiKeyStore implements ApiKeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(scope: WorkspaceScope, key: StoredApiKey & { hash: string }): Promise<void> {
    await this.#database.sql.insert(apiKey).values({ ...key, workspaceId: scope.workspaceId });
  }

  list(scope: WorkspaceScope, appId: AppId): Promise<StoredApiKey[]> {
    return this.#database.sql
      .select(shown)
      .from(apiKey)
      .where(and(eq(workspaceId, scope.workspaceId), eq(apiKey.appId, appId)))
      .orderBy(desc(apiKey.createdAt), desc(apiKey.id));
  }

  async remove(scope: WorkspaceScope, appId: AppId, keyId: ApiKeyId): Promise<boolean> {
    const removed = await this.#database.sql
      .delete(apiKey)
      .where(and(eq(workspaceId, scope.workspaceId), eq(apiKey.appId, appId), eq(apiKey.id, keyId)))
      .returning({ id: apiKey.id });
    return removed.length > 0;
  }

  async resolve(hash: string): Promise<{ scope: WorkspaceScope; key: StoredApiKey } | undefined> {
    const rows = await this.#database.sql
      .select({ ...shown, workspaceId })
      .from(apiKey)
      .innerJoin(app, and(eq(app.id, apiKey.appId), isNull(app.deletedAt)))
      .where(eq(hashColumn, hash));
    if (rows[0] === undefined) return undefined;
    const { workspaceId: owner, ...key } = rows[0];
    return { scope: { workspaceId: owner }, key };
  }

  async touch(scope: WorkspaceScope, keyId: ApiKeyId, at: number): Promise<void> {
    await this.#database.sql
      .update(apiKey)
      .set({ lastUsedAt: at })
      .where(and(eq(apiKey.id, keyId), eq(workspaceId, scope.workspaceId)));
  }
}
