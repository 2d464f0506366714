import { isUuid, type WorkspaceScope } from "@diwan/kernel";
import type { FileRecordStore, StoredFile } from "@diwan/runs";
import type { Database } from "../database.ts";
import { eq } from "../drizzle.ts";
import { file } from "../schema/runs.ts";
import { withoutNul } from "../wire-values.ts";

export class PostgresFileRecordStore implements FileRecordStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(scope: WorkspaceScope, stored: StoredFile): Promise<void> {
    const { workspaceId } = scope;
    await this.#database.sql
      .insert(file)
      .values({ ...stored, workspaceId, name: withoutNul(stored.name) as string })
      .onConflictDoNothing();
  }

  async find(scope: WorkspaceScope, fileId: string): Promise<StoredFile | undefined> {
    const found = await this.findSigned(fileId);
    return found?.scope.workspaceId === scope.workspaceId ? found.file : undefined;
  }

  async findSigned(fileId: string): Promise<{ scope: WorkspaceScope; file: StoredFile } | undefined> {
    if (!isUuid(fileId)) return undefined;
    const rows = await this.#database.sql.select().from(file).where(eq(file.id, fileId));
    if (rows[0] === undefined) return undefined;
    const { workspaceId, ...found } = rows[0];
    return { scope: { workspaceId }, file: found };
  }
}
