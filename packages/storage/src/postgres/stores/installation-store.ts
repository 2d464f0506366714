import type { InstallationStore } from "@diwan/workspaces";
import type { Database } from "../database.ts";
import { eq } from "../drizzle.ts";
import { installation } from "../schema/identity.ts";

export class PostgresInstallationStore implements InstallationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async read(key: string): Promise<string | undefined> {
    const rows = await this.#database.sql.select().from(installation).where(eq(installation.key, key));
    return rows[0]?.value;
  }

  async write(key: string, value: string): Promise<void> {
    await this.#database.sql
      .insert(installation)
      .values({ key, value })
      .onConflictDoUpdate({ target: installation.key, set: { value } });
  }

  async writeIfAbsent(key: string, value: string): Promise<string> {
    await this.#database.sql.insert(installation).values({ key, value }).onConflictDoNothing();
    // Somebody may remove it in between; then there is nothing to keep either.
    return (await this.read(key)) ?? value;
  }

  async remove(key: string): Promise<void> {
    await this.#database.sql.delete(installation).where(eq(installation.key, key));
  }
}
