import { pgBouncer, startPgBouncer, type TestDatabase, testDatabaseServers } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asStorageError, violates } from "./as-storage-error.ts";
import { Database } from "./database.ts";
import { sql } from "./drizzle.ts";
import { isDirect, openPostgres, refuseOldVersion } from "./pool.ts";
import { installation } from "./schema/identity.ts";

for (const server of testDatabaseServers) {
  describe.skipIf(server.missing)(`Database on ${server.name}`, () => {
    let opened: TestDatabase;
    beforeAll(async () => {
      opened = await server.open();
    });
    afterAll(() => opened.close());

    const write = (key: string) => opened.database.sql.insert(installation).values({ key, value: "1" });
    const read = async (key: string) =>
      (await opened.database.run({ text: "select value from installation where key = $1", values: [key] })).count;

    it("commits what a transaction did through the query builder and through plain statements", async () => {
      await opened.database.transaction(async () => {
        await write("together-1");
        await opened.database.run({
          text: "insert into installation values ($1, $2)",
          values: ["together-2", "1"],
        });
        expect(await read("together-1")).toBe(1);
      });
      expect([await read("together-1"), await read("together-2")]).toEqual([1, 1]);
    });

    it("keeps nothing of a transaction that throws, and passes on what was thrown", async () => {
      const reason = new RangeError("not like this");
      const work = opened.database.transaction(async () => {
        await write("undone");
        await opened.database.transaction(() => write("undone too").then(() => {}));
        throw reason;
      });
      await expect(work).rejects.toBe(reason);
      expect([await read("undone"), await read("undone too")]).toEqual([0, 0]);
    });

    it("runs twenty transactions at once, each as if it were alone", async () => {
      await opened.database.run({ text: "insert into installation values ('counter', '0')", values: [] });
      const increment = () =>
        opened.database.transaction(async () => {
          const { rows } = await opened.database.run<{ value: string }>({
            text: "select value from installation where key = 'counter' for update",
            values: [],
          });
          await opened.database.sql
            .update(installation)
            .set({ value: String(Number(rows[0]!.value) + 1) })
            .where(sql`key = 'counter'`);
        });
      await Promise.all(Array.from({ length: 20 }, increment));
      const { rows } = await opened.database.run({
        text: "select value from installation where key = 'counter'",
        values: [],
      });
      expect(rows).toEqual([{ value: "20" }]);
    });

    it("refuses the pool inside an open transaction, where it would wait for itself", async () => {
      const refusal = { code: "storage.pool-inside-transaction", kind: "defect" };
      await opened.database.transaction(async () => {
        await expect(opened.database.pool.query("select 1")).rejects.toMatchObject(refusal);
        await expect(opened.database.pool.connect()).rejects.toMatchObject(refusal);
      });
      expect((await opened.database.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    });

    it("lets what was begun inside a transaction use the pool once that has ended", async () => {
      const later = await opened.database.transaction(async () => ({
        ended: new Promise((resolve) => setTimeout(resolve, 20)).then(() => read("nothing")),
      }));
      expect(await later.ended).toBe(0);
    });

    it("shows in its errors neither parameters nor rows", async () => {
      await write("taken");
      for (const attempt of [
        () => write("taken"),
        () => opened.database.run({ text: "insert into installation values ($1, $2)", values: ["taken", "secret"] }),
      ]) {
        const error = await attempt().then(
          () => undefined,
          (thrown: unknown) => asStorageError(thrown),
        );
        expect(error).toMatchObject({ code: "storage.query-failed", kind: "defect" });
        expect(error?.message).toBe("A database statement failed (SQLSTATE 23505).");
        expect(violates(error, "installation_pkey")).toBe(true);
        expect(violates(error, "another")).toBe(false);
      }
    });

    it("reads numbers, truth, times and JSON in the kinds that our code has", async () => {
      const { rows } = await opened.database.run({
        text: `select count(*) as many, true as yes, timestamptz '2026-01-31 12:00:00.123+05:30' as at, 1.5::float8 as part,
          '{"b":5.0,"a":5}'::json as document`,
        values: [],
      });
      expect(rows).toEqual([
        { many: 1, yes: true, at: Date.UTC(2026, 0, 31, 6, 30, 0, 123), part: 1.5, document: expect.anything() },
      ]);
      expect(Object.keys(rows[0]!["document"] as object)).toEqual(["b", "a"]);
    });
  });
}

const server = testDatabaseServers.find(({ name }) => name === "Postgres");

describe.skipIf(server === undefined || pgBouncer.missing)(`statements on a Postgres server${pgBouncer.reason}`, () => {
  const prepared = async (database: Database) => {
    const ask = () =>
      database.run({ name: "answer", text: "select $1::text as answer, pg_sleep(0.002)", values: ["a"] });
    await Promise.all(Array.from({ length: 40 }, ask));
    const { rows } = await database.run<{ count: number }>({
      text: "select count(*)::int as count from pg_prepared_statements where name = 'answer'",
      values: [],
    });
    return rows[0]!.count;
  };

  it("are kept prepared where a connection is a session, and not where PgBouncer gives it another one each time", async () => {
    const opened = await server!.open();
    await using pooler = await startPgBouncer(opened.connection.connectionString!);
    for (const [url, isSession] of [
      [opened.connection.connectionString!, true],
      [pooler.url, false],
    ] as const) {
      const pool = await openPostgres(url);
      expect(await isDirect(pool)).toBe(isSession);
      expect(await prepared(new Database(pool, { prepare: await isDirect(pool) }))).toBe(isSession ? 1 : 0);
      await pool.end();
    }
    await opened.close();
  });
});

describe("a Postgres server", () => {
  it("that is not there is unavailable, which may be tried again", async () => {
    await expect(openPostgres("postgres://diwan:secret@127.0.0.1:9/none")).rejects.toMatchObject({
      code: "storage.postgres-unavailable",
      kind: "dependency",
      retryAfterMs: 1_000,
      message: "Postgres cannot be reached (connect ECONNREFUSED 127.0.0.1:9).",
    });
  });

  it("older than version 14 is refused by name", () => {
    expect(() => refuseOldVersion(130_022, "13.22")).toThrowError(
      expect.objectContaining({ code: "storage.version-unsupported", message: expect.stringContaining("13.22") }),
    );
    expect(() => refuseOldVersion(140_000, "14.0")).not.toThrow();
  });

  it.each([
    ["57014", "storage.busy"],
    ["55P03", "storage.busy"],
    ["40P01", "storage.busy"],
    ["53300", "storage.busy"],
    ["57P01", "storage.unavailable"],
    ["08006", "storage.unavailable"],
    ["ECONNRESET", "storage.unavailable"],
    ["42P01", "storage.query-failed"],
  ])("that answers %s gives %s", (code, expected) => {
    expect(asStorageError(Object.assign(new Error("detail with a secret"), { code }))).toMatchObject({
      code: expected,
      message: expect.not.stringContaining("secret"),
    });
  });
});
