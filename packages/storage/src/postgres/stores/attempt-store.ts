import { createHash } from "node:crypto";
import type { IdSource } from "@diwan/kernel";
import type { AttemptStore } from "@diwan/workspaces";
import type { Database } from "../database.ts";
import { and, count, eq, gte, lt } from "../drizzle.ts";
import { attempt } from "../schema/identity.ts";

/** Windows are minutes; what is older counts nowhere. */
const KEPT_MS = 24 * 60 * 60 * 1000;

export class PostgresAttemptStore implements AttemptStore {
  readonly #database: Database;
  readonly #ids: IdSource;

  constructor(database: Database, ids: IdSource) {
    this.#database = database;
    this.#ids = ids;
  }

  async count(key: string, since: number): Promise<number> {
    const rows = await this.#database.sql
      .select({ failures: count() })
      .from(attempt)
      .where(and(eq(attempt.keyHash, hashOf(key)), gte(attempt.at, since)));
    return rows[0]!.failures;
  }

  async add(key: string, at: number): Promise<void> {
    await this.#database.sql.insert(attempt).values({ id: this.#ids.next(), keyHash: hashOf(key), at });
    await this.#database.sql.delete(attempt).where(lt(attempt.at, at - KEPT_MS));
  }

  async clear(key: string): Promise<void> {
    await this.#database.sql.delete(attempt).where(eq(attempt.keyHash, hashOf(key)));
  }
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
