import type { AppVersionId, WorkspaceScope } from "@diwan/kernel";
import type { RunnableVersion, VersionStore } from "@diwan/runs";
import type { Database } from "../database.ts";
import { and, eq } from "../drizzle.ts";
import { appVersion } from "../schema/apps.ts";

export class PostgresVersionStore implements VersionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(scope: WorkspaceScope, versionId: AppVersionId): Promise<RunnableVersion | undefined> {
    const rows = await this.#database.sql
      .select({ id: appVersion.id, appId: appVersion.appId, documentText: appVersion.documentText })
      .from(appVersion)
      .where(and(eq(appVersion.id, versionId), eq(appVersion.workspaceId, scope.workspaceId)));
    return rows[0];
  }
}
