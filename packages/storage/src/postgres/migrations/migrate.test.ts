import { type TestDatabase, testDatabaseServers } from "@diwan/testkit/services";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPool } from "../pool.ts";
import { migrate, pendingMigrations } from "./migrate.ts";
import { type Migration, type MigrationPhase, readMigrations } from "./migration-files.ts";

function aMigration(number: number, sql: string, phase: MigrationPhase = "expand"): Migration {
  const name = `${String(number).padStart(4, "0")}-step`;
  return { number, name, phase, sql, checksum: `of ${sql}`, withoutTransaction: sql.startsWith("-- no-transaction") };
}

const one = aMigration(1, "create table tea (id int)");
const two = aMigration(2, "create table cup (id int); insert into cup values (1)");

for (const server of testDatabaseServers) {
  describe.skipIf(server.missing)(`migrate on ${server.name}`, () => {
    let opened: TestDatabase;
    const pools: pg.Pool[] = [];
    beforeAll(async () => {
      opened = await server.open();
    });
    afterAll(async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await opened.close();
    });

    /** A schema of its own, with a ledger of its own. */
    const open = async () => {
      const schema = `m${pools.length}`;
      await opened.database.run({ text: `create schema ${schema}`, values: [] });
      const pool = openPool({ ...opened.connection, options: `-c search_path=${schema}`, max: 4 });
      pools.push(pool);
      return pool;
    };
    const names = (migrations: Migration[]) => migrations.map(({ name }) => name);
    const run = async (pool: pg.Pool, migrations: Migration[], contract = false) =>
      names(await migrate(pool, { byVersion: "1.2.3", migrations, contract }));
    const tables = async (pool: pg.Pool) =>
      (await pool.query("select tablename from pg_tables where schemaname = current_schema() order by 1")).rows.map(
        ({ tablename }) => tablename,
      );

    it("applies what is pending, in order and once, and records it", async () => {
      const pool = await open();
      expect(names(await pendingMigrations(pool, { migrations: [one, two] }))).toEqual(["0001-step", "0002-step"]);
      expect(await run(pool, [one])).toEqual(["0001-step"]);
      expect(await run(pool, [one, two])).toEqual(["0002-step"]);
      expect(await run(pool, [one, two])).toEqual([]);
      expect(await pendingMigrations(pool, { migrations: [one, two] })).toEqual([]);
      const ledger = await pool.query("select number, name, phase, by_version from schema_migration order by number");
      expect(ledger.rows).toEqual([
        { number: 1, name: "0001-step", phase: "expand", by_version: "1.2.3" },
        { number: 2, name: "0002-step", phase: "expand", by_version: "1.2.3" },
      ]);
    });

    it("may be started by several processes at once", async () => {
      const pool = await open();
      await Promise.all([1, 2, 3, 4].map(() => run(pool, [one, two])));
      expect((await pool.query("select * from cup")).rows).toEqual([{ id: 1 }]);
    });

    it("keeps nothing of a migration that fails, nor goes on behind it", async () => {
      const pool = await open();
      const broken = aMigration(2, "create table half (id int); select 1 / 0");
      await expect(run(pool, [one, broken, aMigration(3, "create table later (id int)")])).rejects.toMatchObject({
        code: "migration.failed",
        message: expect.stringContaining("22012"),
      });
      expect(await tables(pool)).toEqual(["schema_migration", "tea"]);
    });

    it("refuses a migration that was changed after it was applied", async () => {
      const pool = await open();
      await run(pool, [one]);
      await expect(run(pool, [aMigration(1, "create table other (id int)")])).rejects.toMatchObject({
        code: "migration.changed",
      });
    });

    it("refuses a migration that comes from a branch behind one that was applied", async () => {
      const pool = await open();
      await run(pool, [one, aMigration(3, "create table three (id int)")]);
      await expect(run(pool, [one, two, aMigration(3, "create table three (id int)")])).rejects.toMatchObject({
        code: "migration.out-of-order",
      });
    });

    it("works on what a newer release has added, and refuses what one has taken away", async () => {
      const pool = await open();
      await run(pool, [one, two]);
      expect(await run(pool, [one])).toEqual([]);
      await run(pool, [one, two, aMigration(3, "drop table cup", "contract")], true);
      await expect(run(pool, [one, two])).rejects.toMatchObject({ code: "migration.newer-database" });
    });

    it("contracts only when told to, also behind later expansions", async () => {
      const pool = await open();
      const contract = aMigration(2, "drop table tea", "contract");
      const three = aMigration(3, "create table cup (id int)");
      expect(await run(pool, [one, contract, three])).toEqual(["0001-step", "0003-step"]);
      expect(await run(pool, [one, contract, three], true)).toEqual(["0002-step"]);
      expect(await tables(pool)).toEqual(["cup", "schema_migration"]);
    });

    it("runs a migration outside a transaction where the file asks for it", async () => {
      const pool = await open();
      const index = aMigration(2, "-- no-transaction\ncreate index concurrently tea_id on tea (id)");
      expect(await run(pool, [one, index])).toEqual(["0001-step", "0002-step"]);
      expect((await pool.query("select indexname from pg_indexes where indexname = 'tea_id'")).rowCount).toBe(1);
    });
  });
}

it("the project's own migrations have numbers without gaps and names in order", async () => {
  const migrations = await readMigrations();
  expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, index) => index + 1));
  expect(migrations[0]).toMatchObject({ name: "0001-first-schema", phase: "expand", withoutTransaction: false });
});
