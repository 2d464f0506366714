import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "@diwan/storage/embedded";
import { Database, migrate, openPostgres } from "@diwan/storage/postgres";
import { copyEmbeddedTemplate } from "./embedded-template.ts";

export type TestDatabase = {
  database: Database;
  /** For libraries that open connections of their own. */
  connection: { connectionString?: string; host?: string; user?: string; database?: string };
  close(): Promise<void>;
};

/** A kind of database that suites run on: `describe.skipIf(server.missing)(server.name, …)`. */
export type TestDatabaseServer = {
  /** Says why, where the suite cannot run on it. */
  name: string;
  missing: boolean;
  /** A migrated database of its own, with nothing in it. */
  open(): Promise<TestDatabase>;
};

const postgresUrl = process.env["DIWAN_TEST_POSTGRES_URL"];

const embedded: TestDatabaseServer = { name: "PGlite", missing: false, open: openEmbeddedCopy };

const postgres: TestDatabaseServer = {
  name: postgresUrl === undefined ? "Postgres (skipped: DIWAN_TEST_POSTGRES_URL is not set)" : "Postgres",
  missing: postgresUrl === undefined,
  open: () => openNewDatabase(postgresUrl!),
};

export const testDatabaseServers: readonly TestDatabaseServer[] = [embedded, postgres];

async function openEmbeddedCopy(): Promise<TestDatabase> {
  const directory = mkdtempSync(join(tmpdir(), "diwan-test-"));
  await copyEmbeddedTemplate(directory);
  const opened = await openEmbedded(directory);
  return {
    database: new Database(opened.pool, { prepare: true }),
    connection: opened.connection,
    async close() {
      await opened.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function openNewDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `diwan_test_${randomBytes(6).toString("hex")}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const pool = await openPostgres(url.href);
  await migrate(pool, { byVersion: "test" });
  return {
    database: new Database(pool, { prepare: true }),
    connection: { connectionString: url.href },
    async close() {
      await pool.end();
      await onServer(serverUrl, `drop database ${name} with (force)`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const pool = await openPostgres(url, { maxConnections: 1 });
  await pool.query(statement);
  await pool.end();
}
