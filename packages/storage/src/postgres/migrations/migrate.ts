import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { MigrationErrors } from "../../errors.ts";
import { asStorageError } from "../as-storage-error.ts";
import { type Migration, readMigrations } from "./migration-files.ts";
import { type AppliedMigration, planMigrations } from "./plan-migrations.ts";

export type MigrateOptions = {
  /** The release that runs them, for the ledger. */
  byVersion: string;
  migrations?: readonly Migration[];
  contract?: boolean;
};

/** Session advisory lock that all starting processes take, so migrations run once. Spells `DIWN`. */
const LOCK_KEY = 0x4449574e;
const LOCK_WAIT_MS = 120_000;
const LOCK_TIMEOUT = "5s";
const TRIES = 5;

/**
 * Brings the database up to date. May be called by any number of processes at once.
 *
 * @param pool  Of a direct connection: a transaction-pooling PgBouncer breaks session locks.
 * @returns What was applied, in order; empty when there was nothing to do.
 * @throws migration.* ; see `planMigrations`, and `migration.locked` when tables stay locked by others.
 */
export async function migrate(pool: pg.Pool, options: MigrateOptions): Promise<Migration[]> {
  const files = options.migrations ?? (await readMigrations());
  const client = await pool.connect().catch((error: unknown) => {
    throw asStorageError(error);
  });
  try {
    await takeLock(client);
    await client.query(ledger);
    const pending = planMigrations(files, await readLedger(client), options.contract);
    for (const migration of pending) await applyWithTries(client, migration, options.byVersion);
    return pending;
  } finally {
    await client.query("select pg_advisory_unlock($1)", [LOCK_KEY]).catch(() => {});
    client.release();
  }
}

/** What `migrate` would do. */
export async function pendingMigrations(pool: pg.Pool, options: Omit<MigrateOptions, "byVersion"> = {}) {
  const files = options.migrations ?? (await readMigrations());
  const exists = await pool.query("select to_regclass('schema_migration') is not null as exists");
  return planMigrations(files, exists.rows[0].exists ? await readLedger(pool) : [], options.contract);
}

const ledger = `
  create table if not exists schema_migration (
    number integer primary key,
    name text not null,
    checksum text not null,
    phase text not null,
    applied_at timestamptz not null default now(),
    ms integer not null,
    by_version text not null
  )`;

async function takeLock(client: pg.PoolClient): Promise<void> {
  const until = Date.now() + LOCK_WAIT_MS;
  while (true) {
    const { rows } = await client.query("select pg_try_advisory_lock($1) as taken", [LOCK_KEY]);
    if (rows[0].taken) return;
    if (Date.now() > until) throw MigrationErrors.locked({ name: "of another process" });
    await pause(100);
  }
}

async function readLedger(client: pg.Pool | pg.PoolClient): Promise<AppliedMigration[]> {
  const { rows } = await client.query("select number, name, phase, checksum from schema_migration");
  return rows;
}

async function applyWithTries(client: pg.PoolClient, migration: Migration, byVersion: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await (migration.withoutTransaction ? applyPlain : applyInTransaction)(client, migration, byVersion);
      return;
    } catch (error) {
      const sqlState = (error as { code?: string }).code ?? "unknown";
      const { name } = migration;
      if (sqlState !== LOCK_NOT_AVAILABLE) throw MigrationErrors.failed({ name, sqlState }, { cause: error });
      if (attempt === TRIES) throw MigrationErrors.locked({ name }, { cause: error });
      await pause(attempt * 500);
    }
  }
}

const LOCK_NOT_AVAILABLE = "55P03";

async function applyInTransaction(client: pg.PoolClient, migration: Migration, byVersion: string): Promise<void> {
  const startedAt = performance.now();
  await client.query("begin");
  try {
    await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    // Embedded, all connections share one session and so one advisory lock; the transaction then keeps others out.
    const { rowCount } = await client.query("select from schema_migration where number = $1", [migration.number]);
    if (rowCount === 0) {
      await client.query(migration.sql);
      await record(client, migration, byVersion, startedAt);
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

async function applyPlain(client: pg.PoolClient, migration: Migration, byVersion: string): Promise<void> {
  const startedAt = performance.now();
  await client.query(`set lock_timeout = '${LOCK_TIMEOUT}'`);
  try {
    await client.query(migration.sql);
    await record(client, migration, byVersion, startedAt);
  } finally {
    await client.query("reset lock_timeout");
  }
}

async function record(
  client: pg.PoolClient,
  migration: Migration,
  byVersion: string,
  startedAt: number,
): Promise<void> {
  const { number, name, checksum, phase } = migration;
  const ms = Math.round(performance.now() - startedAt);
  await client.query(
    "insert into schema_migration (number, name, checksum, phase, ms, by_version) values ($1, $2, $3, $4, $5, $6)",
    [number, name, checksum, phase, ms, byVersion],
  );
}
