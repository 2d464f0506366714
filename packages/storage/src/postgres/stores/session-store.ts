import type { SessionId } from "@diwan/kernel";
import type { Session, SessionStore } from "@diwan/workspaces";
import type { Database } from "../database.ts";
import { and, eq, getTableColumns, gt, isNull } from "../drizzle.ts";
import { session } from "../schema/identity.ts";

export class PostgresSessionStore implements SessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(opened: Session): Promise<void> {
    await this.#database.sql.insert(session).values(opened);
  }

  async findLive(tokenHash: string, now: number): Promise<Session | undefined> {
    const { revokedAt, revokeReason, ...columns } = getTableColumns(session);
    const rows = await this.#database.sql
      .select(columns)
      .from(session)
      .where(
        and(
          eq(session.tokenHash, tokenHash),
          isNull(revokedAt),
          gt(session.idleExpiresAt, now),
          gt(session.expiresAt, now),
        ),
      );
    return rows[0];
  }

  async touch(sessionId: SessionId, lastSeenAt: number, idleExpiresAt: number): Promise<void> {
    await this.#database.sql.update(session).set({ lastSeenAt, idleExpiresAt }).where(eq(session.id, sessionId));
  }

  async revoke(sessionId: SessionId, at: number, reason: string): Promise<void> {
    await this.#database.sql
      .update(session)
      .set({ revokedAt: at, revokeReason: reason })
      .where(and(eq(session.id, sessionId), isNull(session.revokedAt)));
  }

  async renewCsrf(sessionId: SessionId, csrfHash: string): Promise<void> {
    await this.#database.sql.update(session).set({ csrfHash }).where(eq(session.id, sessionId));
  }
}
