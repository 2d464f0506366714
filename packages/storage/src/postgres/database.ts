import type { PgRemoteDatabase } from "drizzle-orm/pg-proxy";
import type pg from "pg";
import { asStorageError } from "./as-storage-error.ts";
import { currentTransaction, openTransaction } from "./pool.ts";
import { openQueryBuilder } from "./query-builder.ts";
import { wireTypes, withoutNul } from "./wire-values.ts";

export type Statement = {
  text: string;
  values: readonly unknown[];
  /** Prepared under this name where the connection allows it. */
  name?: string;
};

export type DatabaseOptions = {
  /**
   * Keep named statements prepared, which saves more than half of the server's work. Leave it off where PgBouncer may hand
   * each transaction to another connection.
   */
  prepare?: boolean;
};

/**
 * The one way to the database for all stores. Inside `transaction` every statement of the same call chain belongs to it,
 * whichever store sends it.
 */
export class Database {
  readonly pool: pg.Pool;
  /** Query builder for ordinary statements; follows the transaction like `run`. */
  readonly sql: PgRemoteDatabase;
  readonly #prepare: boolean;

  constructor(pool: pg.Pool, options: DatabaseOptions = {}) {
    this.pool = pool;
    this.#prepare = options.prepare ?? false;
    this.sql = openQueryBuilder((text, values, method) => this.#forDrizzle(text, values, method));
  }

  /** @throws storage.busy, storage.unavailable (dependency), storage.query-failed (defect) */
  async run<Row extends pg.QueryResultRow>(statement: Statement): Promise<{ rows: Row[]; count: number }> {
    const result = await this.#send<Row>(statement, undefined);
    return { rows: result.rows, count: result.rowCount ?? 0 };
  }

  /**
   * Runs `work` in one transaction; a nested call joins the one that is open. Nothing that waits for a network belongs
   * in `work`: embedded, everybody else waits for it.
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (openTransaction()?.pool === this.pool) return work();
    const client = await ours(this.pool.connect());
    const transaction = { client, pool: this.pool, ended: false };
    try {
      await ours(client.query("begin"));
      const result = await currentTransaction.run(transaction, work);
      transaction.ended = true;
      await ours(client.query("commit"));
      client.release();
      return result;
    } catch (error) {
      transaction.ended = true;
      await client.query("rollback").then(
        () => client.release(),
        () => client.release(true),
      );
      throw error;
    }
  }

  async #send<Row extends pg.QueryResultRow>(
    { text, values, name }: Statement,
    rowMode: "array" | undefined,
  ): Promise<pg.QueryResult<Row>> {
    const query = {
      text,
      values: values.map(withoutNul),
      types: wireTypes,
      ...(rowMode === undefined ? {} : { rowMode }),
      ...(name !== undefined && this.#prepare ? { name } : {}),
    };
    const open = openTransaction();
    return ours((open?.pool === this.pool ? open.client : this.pool).query<Row>(query as pg.QueryConfig));
  }

  async #forDrizzle(text: string, values: unknown[], method: string): Promise<{ rows: unknown[] }> {
    const result = await this.#send<pg.QueryResultRow>({ text, values }, method === "all" ? "array" : undefined);
    return { rows: result.rows };
  }
}

async function ours<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asStorageError(error);
  }
}
