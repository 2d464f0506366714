import type { App, AppActivity, AppFace, AppFilter, AppStore, AppVersion } from "@diwan/apps";
import type { AppId, AppVersionId, WorkspaceScope } from "@diwan/kernel";
import { RequestErrors } from "@diwan/kernel";
import { cutPage } from "../../page-cursor.ts";
import type { Database } from "../database.ts";
import { and, count, desc, eq, getTableColumns, ilike, isNull, max, or } from "../drizzle.ts";
import { after } from "../keyset.ts";
import { app, appVersion } from "../schema/apps.ts";
import { readActivity } from "./app-activity.ts";

export class PostgresAppStore implements AppStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(scope: WorkspaceScope, { publishedHash: _, ...created }: App): Promise<void> {
    await this.#database.sql.insert(app).values({ ...created, workspaceId: scope.workspaceId });
  }

  async find(scope: WorkspaceScope, appId: AppId): Promise<App | undefined> {
    const rows = await this.#select().where(present(scope, appId));
    return rows[0];
  }

  async list(scope: WorkspaceScope, filter: AppFilter) {
    const matching = and(
      eq(app.workspaceId, scope.workspaceId),
      isNull(app.deletedAt),
      filter.mode === undefined ? undefined : eq(app.mode, filter.mode as App["mode"]),
      filter.text === undefined ? undefined : containing(filter.text),
    );
    const [rows, totals] = await Promise.all([
      this.#select()
        .where(and(matching, after(filter.cursor, app.updatedAt, app.id)))
        .orderBy(desc(app.updatedAt), desc(app.id))
        .limit(filter.limit + 1),
      this.#database.sql.select({ apps: count() }).from(app).where(matching),
    ]);
    const { page, nextCursor } = cutPage(rows, filter.limit, ({ updatedAt, id }) => ({ at: updatedAt, id }));
    return { apps: page, nextCursor, total: totals[0]!.apps };
  }

  async updateFace(scope: WorkspaceScope, appId: AppId, face: Partial<AppFace>, at: number): Promise<void> {
    await this.#database.sql
      .update(app)
      .set({ ...face, updatedAt: at })
      .where(present(scope, appId));
  }

  async remove(scope: WorkspaceScope, appId: AppId, at: number): Promise<boolean> {
    const removed = await this.#database.sql
      .update(app)
      .set({ deletedAt: at })
      .where(present(scope, appId))
      .returning({ id: app.id });
    return removed.length > 0;
  }

  publish(scope: WorkspaceScope, version: Omit<AppVersion, "number">): Promise<AppVersion> {
    return this.#database.transaction(async () => {
      // The lock keeps two publishers from taking the same number.
      const locked = await this.#database.sql
        .select({ status: app.status })
        .from(app)
        .where(present(scope, version.appId))
        .for("update");
      if (locked[0] === undefined) throw RequestErrors["not-found"]({ what: "The app" });
      const newest = await this.#database.sql
        .select({ number: max(appVersion.number) })
        .from(appVersion)
        .where(eq(appVersion.appId, version.appId));
      const published = { ...version, number: (newest[0]?.number ?? 0) + 1 };
      await this.#database.sql.insert(appVersion).values({ ...published, workspaceId: scope.workspaceId });
      await this.#database.sql
        .update(app)
        .set({
          publishedVersionId: version.id,
          status: locked[0].status === "draft" ? "live" : locked[0].status,
          updatedAt: version.createdAt,
        })
        .where(eq(app.id, version.appId));
      return published;
    });
  }

  async findVersion(scope: WorkspaceScope, versionId: AppVersionId): Promise<AppVersion | undefined> {
    const { workspaceId, ...columns } = getTableColumns(appVersion);
    const rows = await this.#database.sql
      .select(columns)
      .from(appVersion)
      .where(and(eq(appVersion.id, versionId), eq(workspaceId, scope.workspaceId)));
    return rows[0];
  }

  activity(scope: WorkspaceScope, appIds: readonly AppId[], today: number): Promise<Map<AppId, AppActivity>> {
    return readActivity(this.#database, scope, appIds, today);
  }

  #select() {
    return this.#database.sql
      .select({ ...appColumns, publishedHash: appVersion.documentHash })
      .from(app)
      .leftJoin(appVersion, eq(appVersion.id, app.publishedVersionId))
      .$dynamic();
  }
}

const { deletedAt: _deletedAt, ...appColumns } = getTableColumns(app);

function present(scope: WorkspaceScope, appId: AppId) {
  return and(eq(app.id, appId), eq(app.workspaceId, scope.workspaceId), isNull(app.deletedAt));
}

function containing(text: string) {
  const pattern = `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
  return or(ilike(app.name, pattern), ilike(app.description, pattern));
}
