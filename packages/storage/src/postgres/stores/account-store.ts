import type { AccountId } from "@diwan/kernel";
import type { Account, AccountStore, Membership, Workspace } from "@diwan/workspaces";
import type { Database } from "../database.ts";
import { asc, eq, getTableColumns } from "../drizzle.ts";
import { account, membership, workspace } from "../schema/identity.ts";

/** Taken by whoever makes the first account, so that of several one succeeds. */
const OWNER_LOCK = 0x4f574e52;

export class PostgresAccountStore implements AccountStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async findOwner(): Promise<Account | undefined> {
    const rows = await this.#database.sql
      .select(getTableColumns(account))
      .from(membership)
      .innerJoin(account, eq(account.id, membership.accountId))
      .where(eq(membership.role, "owner"))
      .orderBy(asc(membership.joinedAt))
      .limit(1);
    return rows[0];
  }

  createOwner(owner: Account, home: Workspace): Promise<boolean> {
    return this.#database.transaction(async () => {
      await this.#database.run({ text: "select pg_advisory_xact_lock($1)", values: [OWNER_LOCK] });
      if ((await this.findOwner()) !== undefined) return false;
      await this.#database.sql.insert(account).values(owner);
      await this.#database.sql.insert(workspace).values(home);
      await this.#database.sql.insert(membership).values({
        workspaceId: home.id,
        accountId: owner.id,
        role: "owner",
        joinedAt: owner.createdAt,
      });
      return true;
    });
  }

  async findByEmail(email: string): Promise<Account | undefined> {
    const rows = await this.#database.sql.select().from(account).where(eq(account.email, email));
    return rows[0];
  }

  async find(accountId: AccountId): Promise<Account | undefined> {
    const rows = await this.#database.sql.select().from(account).where(eq(account.id, accountId));
    return rows[0];
  }

  async update(
    accountId: AccountId,
    change: Partial<Pick<Account, "name" | "locale" | "theme" | "passwordHash">>,
  ): Promise<void> {
    if (Object.keys(change).length === 0) return;
    await this.#database.sql.update(account).set(change).where(eq(account.id, accountId));
  }

  memberships(accountId: AccountId): Promise<Membership[]> {
    return this.#database.sql
      .select({ workspace, role: membership.role })
      .from(membership)
      .innerJoin(workspace, eq(workspace.id, membership.workspaceId))
      .where(eq(membership.accountId, accountId))
      .orderBy(asc(workspace.name), asc(workspace.id));
  }
}
