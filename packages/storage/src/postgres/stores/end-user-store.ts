import { createHash } from "node:crypto";
import type { AppId, Clock, EndUserId, IdSource, WorkspaceScope } from "@diwan/kernel";
import type { EndUserStore } from "@diwan/runs";
import type { Database } from "../database.ts";
import { and, eq } from "../drizzle.ts";
import { endUser } from "../schema/apps.ts";

export class PostgresEndUserStore implements EndUserStore {
  readonly #database: Database;
  readonly #ids: IdSource;
  readonly #clock: Clock;

  constructor(database: Database, ids: IdSource, clock: Clock) {
    this.#database = database;
    this.#ids = ids;
    this.#clock = clock;
  }

  async findOrCreate(scope: WorkspaceScope, appId: AppId, user: string): Promise<{ id: EndUserId; user: string }> {
    const userHash = createHash("sha256").update(user).digest("hex");
    const found = await this.#find(scope, appId, userHash);
    if (found !== undefined) return { id: found, user };
    await this.#database.sql
      .insert(endUser)
      .values({
        id: this.#ids.next(),
        workspaceId: scope.workspaceId,
        appId,
        user,
        userHash,
        createdAt: this.#clock.now(),
      })
      .onConflictDoNothing();
    return { id: (await this.#find(scope, appId, userHash))!, user };
  }

  async #find(scope: WorkspaceScope, appId: AppId, userHash: string): Promise<EndUserId | undefined> {
    const rows = await this.#database.sql
      .select({ id: endUser.id })
      .from(endUser)
      .where(and(eq(endUser.workspaceId, scope.workspaceId), eq(endUser.appId, appId), eq(endUser.userHash, userHash)));
    return rows[0]?.id;
  }
}
