import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyEmbeddedTemplate } from "@diwan/testkit/services";
import { expect, it } from "vitest";
import { openEngine } from "./engine.ts";
import { Housekeeping } from "./housekeeping.ts";
import { firstRow } from "./wire/backend.ts";
import { query } from "./wire/frontend.ts";

it("keeps the write-ahead log and dead rows from growing while the database is used", async () => {
  const directory = mkdtempSync(join(tmpdir(), "diwan-housekeeping-"));
  await copyEmbeddedTemplate(directory);
  const engine = await openEngine(join(directory, "pg"));
  const housekeeping = new Housekeeping();
  const run = (sql: string) => firstRow(engine.exec(query(sql)))[0];
  const megabytesOfLog = () => {
    const folder = join(directory, "pg", "pg_wal");
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 2 ** 20;
  };

  run("create table busy (id int primary key, text text)");
  run("insert into busy select n, repeat('x', 500) from generate_series(1, 2000) as n");
  housekeeping.run(engine);
  for (let round = 0; round < 60; round += 1) {
    run("update busy set text = repeat(md5(random()::text), 20)");
    housekeeping.run(engine);
  }
  const written = Number(run("select (pg_current_wal_lsn() - '0/0'::pg_lsn) / 1048576"));
  expect(written).toBeGreaterThan(100);
  expect(megabytesOfLog()).toBeLessThanOrEqual(96);
  expect(Number(run("select pg_table_size('busy') / 1048576"))).toBeLessThan(8);
  expect(Number(run("select vacuum_count from pg_stat_user_tables where relname = 'busy'"))).toBeGreaterThan(5);

  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});
