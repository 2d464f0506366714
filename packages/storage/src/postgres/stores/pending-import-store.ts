import type { PendingImport, PendingImportStore } from "@diwan/apps";
import type { ImportId, WorkspaceScope } from "@diwan/kernel";
import type { Database } from "../database.ts";
import { and, eq, getTableColumns, lt } from "../drizzle.ts";
import { pendingImport } from "../schema/apps.ts";

const { workspaceId, ...columns } = getTableColumns(pendingImport);

/** What nobody came back for leaves with a later one. */
const SWEEP_AFTER_MS = 60 * 60 * 1000;

export class PostgresPendingImportStore implements PendingImportStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put(scope: WorkspaceScope, pending: PendingImport): Promise<void> {
    await this.#database.sql.delete(pendingImport).where(lt(columns.expiresAt, pending.expiresAt - SWEEP_AFTER_MS));
    await this.#database.sql.insert(pendingImport).values({ ...pending, workspaceId: scope.workspaceId });
  }

  async take(scope: WorkspaceScope, importId: ImportId, now: number): Promise<PendingImport | undefined> {
    const taken = await this.#database.sql
      .delete(pendingImport)
      .where(and(eq(columns.id, importId), eq(workspaceId, scope.workspaceId)))
      .returning(columns);
    return taken[0] !== undefined && taken[0].expiresAt > now ? taken[0] : undefined;
  }
}
