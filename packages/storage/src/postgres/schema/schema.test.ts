import { type TestDatabase, testDatabaseServers } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getTableConfig, PgTable } from "../drizzle.ts";
import * as apps from "./apps.ts";
import * as identity from "./identity.ts";
import * as runs from "./runs.ts";

const tables = Object.values({ ...apps, ...identity, ...runs }).filter((value) => value instanceof PgTable);

for (const server of testDatabaseServers) {
  describe.skipIf(server.missing)(`the schema on ${server.name}`, () => {
    let opened: TestDatabase;
    beforeAll(async () => {
      opened = await server.open();
    });
    afterAll(() => opened.close());

    it.each(tables.map((table) => [getTableConfig(table).name, table] as const))(
      "of %s in code is the one that the migrations make",
      async (name, table) => {
        const { rows } = await opened.database.run({
          text: `select column_name as name, data_type as type, is_nullable = 'NO' as "notNull"
            from information_schema.columns where table_name = $1 and table_schema = current_schema() order by 1`,
          values: [name],
        });
        const declared = getTableConfig(table).columns.map((column) => ({
          name: column.name,
          type: column.getSQLType(),
          notNull: column.notNull,
        }));
        expect(declared.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(rows);
      },
    );

    it.each([
      [
        "run_newest",
        "select id from run where app_id = $1 and workspace_id = $1 order by created_at desc, id desc limit 2",
      ],
      [
        "run_newest",
        `select id from run where app_id = $1 and (created_at, id) < (now(), $1) order by created_at desc, id desc limit 2`,
      ],
      ["run_pkey", "select status from run where id = $1 and workspace_id = $1"],
      ["run_running", "select id from run where status = 'running' and lease_expires_at <= now() and id <> $1 limit 5"],
      [
        "run_queued",
        "select id from run where status = 'queued' and queued_at < now() and id <> $1 order by queued_at limit 5",
      ],
      ["run_step_pkey", "select entry from run_step where run_id = $1 order by position"],
      [
        "message_of_conversation",
        "select query from message where conversation_id = $1 order by created_at desc, id desc limit 5",
      ],
      [
        "app_newest",
        "select id from app where workspace_id = $1 and deleted_at is null order by updated_at desc, id desc limit 5",
      ],
      ["app_day_pkey", "select sum(runs) from app_day where app_id = $1"],
    ])("has an index %s for: %s", async (index, statement) => {
      const plan = await opened.database.transaction(async () => {
        await opened.database.run({ text: "set local enable_seqscan = off", values: [] });
        await opened.database.run({ text: "set local enable_sort = off", values: [] });
        return opened.database.run<{ "QUERY PLAN": string }>({
          text: `explain ${statement.replaceAll("$1", "'01a212fb-4b63-702f-ae0a-d61d969683a9'::uuid")}`,
          values: [],
        });
      });
      const text = plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
      expect(text).toContain(index);
      expect(text).not.toContain("Sort");
    });
  });
}
