import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyEmbeddedTemplate } from "@diwan/testkit/services";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asStorageError } from "../postgres/as-storage-error.ts";
import { type EmbeddedDatabase, openEmbedded } from "./open-embedded.ts";

describe("the embedded database", () => {
  let directory: string;
  let embedded: EmbeddedDatabase;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "diwan-embedded-"));
    await copyEmbeddedTemplate(directory);
    embedded = await openEmbedded(directory, { limits: { waitMs: 200, idleTransactionMs: 600 } });
    await embedded.pool.query("create table cup (id int primary key, text text)");
  });
  afterAll(async () => {
    await embedded.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const connect = async (options = "") => {
    const client = new pg.Client({ ...embedded.connection, options });
    client.on("error", () => {});
    await client.connect();
    return client;
  };

  it("is a Postgres with vectors and trigrams, whose commits reach the disk", async () => {
    const { rows } = await embedded.pool.query(
      "select name, setting from pg_settings where name in ('fsync', 'wal_sync_method', 'synchronous_commit') order by 1",
    );
    expect(rows.map(({ setting }) => setting)).toEqual(["on", "on", "fsync"]);
    const vector = await embedded.pool.query("select '[1,2]'::vector <-> '[1,4]'::vector as distance");
    expect(vector.rows).toEqual([{ distance: 2 }]);
    expect((await embedded.pool.query("select similarity('tea', 'teas') > 0.3 as near")).rows).toEqual([
      { near: true },
    ]);
  });

  describe("lets a client", () => {
    it("have its own transaction: others wait for its end and see all of it or nothing", async () => {
      const [writer, reader] = [await connect(), await connect()];
      await writer.query("begin");
      await writer.query("insert into cup values (1, 'a')");
      const seen = reader.query("select count(*)::int as cups from cup where id in (1, 2)");
      await writer.query("insert into cup values (2, 'b')");
      await writer.query("commit");
      expect((await seen).rows).toEqual([{ cups: 2 }]);
      await Promise.all([writer.end(), reader.end()]);
    });

    it("vanish in the middle of a transaction, of which nothing stays", async () => {
      const [client, other] = [await connect(), await connect()];
      await client.query("begin");
      await client.query("insert into cup values (10, 'lost')");
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      expect((await other.query("select 1 from cup where id = 10")).rowCount).toBe(0);
      await other.end();
    });

    it("fail a statement without ending anybody else's work", async () => {
      const [client, other] = [await connect(), await connect()];
      await client.query("begin");
      await expect(client.query("select 1 / $1::int", [0])).rejects.toMatchObject({ code: "22012" });
      await expect(client.query("select 1")).rejects.toMatchObject({ code: "25P02" });
      const waiting = other.query("select 1 as one");
      await client.query("rollback");
      expect((await waiting).rows).toEqual([{ one: 1 }]);
      await Promise.all([client.end(), other.end()]);
    });

    it("prepare statements under names that others use too", async () => {
      const [one, two] = [await connect(), await connect()];
      const run = async (client: pg.Client, text: string) =>
        (await client.query({ name: "same", text, values: ["x"] })).rows[0];
      for (let round = 0; round < 2; round += 1) {
        expect(await run(one, "select $1 || '-one' as text")).toEqual({ text: "x-one" });
        expect(await run(two, "select 'two-' || $1 as text")).toEqual({ text: "two-x" });
      }
      await one.end();
      expect(await run(two, "select 'two-' || $1 as text")).toEqual({ text: "two-x" });
      await two.end();
      const { rows } = await embedded.pool.query(
        "select count(*)::int as left from pg_prepared_statements where name ~ 'same'",
      );
      expect(rows).toEqual([{ left: 0 }]);
    });

    it("have its own search path, given at the start, set, or set and rolled back", async () => {
      const pathOf = async (client: pg.Client) => (await client.query("show search_path")).rows[0].search_path;
      const [plain, own] = [await connect(), await connect('-c search_path="one"')];
      expect([await pathOf(plain), await pathOf(own)]).toEqual(["public", '"one"']);
      await own.query("set search_path to two, public");
      expect([await pathOf(plain), await pathOf(own)]).toEqual(["public", "two, public"]);
      await own.query("begin");
      await own.query("set search_path to three");
      await own.query("rollback");
      expect([await pathOf(own), await pathOf(plain)]).toEqual(["two, public", "public"]);
      await own.query("begin");
      await own.query("set local search_path to four");
      await own.query("commit");
      expect([await pathOf(own), await pathOf(plain)]).toEqual(["two, public", "public"]);
      await Promise.all([plain.end(), own.end()]);
    });

    it("listen to channels, also those others stop listening to", async () => {
      const [one, two, three] = [await connect(), await connect(), await connect()];
      const heard: string[] = [];
      for (const [name, client] of Object.entries({ one, two, three })) {
        client.on("notification", ({ channel, payload }) => heard.push(`${name} ${channel} ${payload}`));
      }
      await one.query("-- with a comment\nlisten tea");
      await two.query('listen "Tea Time"');
      await two.query("listen tea");
      await three.query("begin");
      await three.query("notify tea, 'later'");
      await expect(one.query("select 1")).rejects.toMatchObject({ code: "57014" });
      expect(heard).toEqual([]);
      await three.query("commit");
      await expect.poll(() => heard.toSorted()).toEqual(["one tea later", "two tea later"]);
      await one.query("unlisten tea");
      await three.query(`select pg_notify('Tea Time', 'x'), pg_notify('tea', 'y')`);
      await expect.poll(() => heard.slice(2).toSorted()).toEqual(["two Tea Time x", "two tea y"]);
      await two.end();
      await three.query("notify tea, 'nobody'");
      expect(heard).toHaveLength(4);
      await Promise.all([one.end(), three.end()]);
    });
  });

  it("fails a client that waits for too long as busy, and goes on", async () => {
    const [holder, waiter] = [await connect(), await connect()];
    await holder.query("begin");
    const startedAt = performance.now();
    const error = await waiter.query("select 1").catch((thrown: unknown) => asStorageError(thrown));
    expect(error).toMatchObject({ code: "storage.busy", kind: "dependency" });
    expect(performance.now() - startedAt).toBeGreaterThan(190);
    await holder.query("commit");
    expect((await waiter.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await Promise.all([holder.end(), waiter.end()]);
  });

  it("ends a transaction that nobody goes on with", async () => {
    const forgotten = await connect();
    await forgotten.query("begin");
    await forgotten.query("insert into cup values (20, 'forgotten')");
    await new Promise((resolve) => setTimeout(resolve, 700));
    await expect(forgotten.query("commit")).rejects.toThrow();
    expect((await embedded.pool.query("select 1 from cup where id = 20")).rowCount).toBe(0);
  });

  it("cancels a statement that waits, when its client asks", async () => {
    const [holder, waiter] = [await connect(), await connect()];
    await holder.query("begin");
    const waiting = waiter.query("select 1").catch((error: { code: string; message: string }) => error);
    const { processID, secretKey } = waiter as unknown as { processID: number; secretKey: number };
    const request = Buffer.alloc(16);
    for (const [index, word] of [16, 80877102, processID, secretKey].entries()) request.writeInt32BE(word, index * 4);
    await new Promise((resolve) =>
      createConnection(join(embedded.connection.host, ".s.PGSQL.5432")).on("close", resolve).end(request),
    );
    expect(await waiting).toMatchObject({ code: "57014", message: "The statement was cancelled." });
    await holder.query("rollback");
    await Promise.all([holder.end(), waiter.end()]);
  });

  it("refuses COPY over the wire and cursors by name, and goes on", async () => {
    const client = await connect();
    await expect(client.query("copy cup from stdin")).rejects.toMatchObject({ code: "0A000" });
    expect((await embedded.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("takes values of many megabytes, in and out", async () => {
    const text = "üx".repeat(2_000_000);
    await embedded.pool.query("insert into cup values (30, $1)", [text]);
    const { rows } = await embedded.pool.query("select text from cup where id = 30");
    expect(rows[0].text === text).toBe(true);
  });

  it("lets the process's own timers go on while a long statement runs", async () => {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 10);
    await embedded.pool.query("select count(*) from generate_series(1, 3000000)");
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it("cannot be opened twice, and says where it runs", async () => {
    embedded.updateLock("http://127.0.0.1:5001");
    await expect(openEmbedded(directory)).rejects.toMatchObject({
      code: "storage.directory-in-use",
      message: expect.stringMatching(new RegExp(`process ${process.pid}, running at http://127.0.0.1:5001`)),
    });
  });
});
