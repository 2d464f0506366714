import { AsyncLocalStorage } from "node:async_hooks";
import { DiwanError } from "@diwan/kernel";
import pg from "pg";
import { type PostgresAddress, postgresAddressOf } from "../connections/postgres-address.ts";
import { StorageErrors } from "../errors.ts";

/** The transaction that the current call runs in, whichever database it belongs to. */
export type OpenTransaction = { client: pg.PoolClient; pool: pg.Pool; ended: boolean };

export const currentTransaction = new AsyncLocalStorage<OpenTransaction>();

/** Undefined outside and after a transaction: timers and sockets that were made inside one outlive it. */
export function openTransaction(): OpenTransaction | undefined {
  const transaction = currentTransaction.getStore();
  return transaction?.ended === false ? transaction : undefined;
}

/**
 * Embedded there is one session, so taking a second connection while a transaction is open would wait for itself. On a
 * server it would take two connections of a small pool: refused alike, so that it is found on both.
 */
class GuardedPool extends pg.Pool {
  // pg's two call forms are kept: `pool.query` of pg itself uses the one with a callback.
  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (err: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): void;
  override connect(
    callback?: (err: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): Promise<pg.PoolClient> | undefined {
    if (openTransaction() !== undefined) {
      const refusal = StorageErrors["pool-inside-transaction"]({});
      if (callback === undefined) return Promise.reject(refusal);
      callback(refusal, undefined, () => {});
      return undefined;
    }
    if (callback === undefined) return super.connect();
    super.connect(callback);
    return undefined;
  }
}

export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new GuardedPool({ connectionTimeoutMillis: 5_000, ...config });
  // An idle connection that breaks is replaced at its next use; without a listener it would end the process.
  pool.on("error", () => {});
  return pool;
}

const MINIMUM_VERSION = 14;

/**
 * Connects to a Postgres server.
 *
 * @param at  An address, or `postgres://user:password@host:port/database?…` as libpq reads it.
 * @throws storage.version-unsupported (caller) below Postgres 14; storage.postgres-unavailable (dependency) with why.
 */
export async function openPostgres(
  at: PostgresAddress | string,
  options: { maxConnections?: number } = {},
): Promise<pg.Pool> {
  const address = typeof at === "string" ? postgresAddressOf(at) : at;
  const pool = openPool({ ...address, max: options.maxConnections ?? 10, keepAlive: true });
  try {
    const { rows } = await pool.query<{ number: string; text: string }>(
      "select current_setting('server_version_num') as number, current_setting('server_version') as text",
    );
    refuseOldVersion(Number(rows[0]!.number), rows[0]!.text);
    return pool;
  } catch (error) {
    await pool.end();
    if (error instanceof DiwanError) throw error;
    const { message, code } = error as { message?: string; code?: string };
    const reason = message || code || "no answer";
    throw StorageErrors["postgres-unavailable"]({ reason }, { cause: error, retryAfterMs: 1_000 });
  }
}

/**
 * Whether every connection is one session of the server, which keeps statements prepared. A pooler such as PgBouncer may
 * hand each transaction to another session; it shows in its making up the process number of the connections it answers.
 */
export async function isDirect(pool: pg.Pool): Promise<boolean> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return rows[0]!.pid === (client as pg.PoolClient & { processID: number | null }).processID;
  } finally {
    client.release();
  }
}

/** @param number  `server_version_num`: 150018 for 15.18. */
export function refuseOldVersion(number: number, text: string): void {
  if (number < MINIMUM_VERSION * 10_000) throw StorageErrors["version-unsupported"]({ version: text });
}
