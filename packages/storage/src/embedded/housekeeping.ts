import type { Engine } from "./engine.ts";
import { firstColumn, firstRow } from "./wire/backend.ts";
import { query } from "./wire/frontend.ts";

/** WAL that may pile up between checkpoints: bounds the disk it takes and the time a reopen after a crash needs. */
const WAL_BETWEEN_CHECKPOINTS = 32 * 1024 * 1024;

/** Like autovacuum's rule, scaled down: a small table is cheap to clean and costs most when it is bloated. */
const overdueTables = `
  select format('%I.%I', schemaname, relname) from pg_stat_user_tables
  where n_dead_tup > 500 + 0.1 * n_live_tup or n_ins_since_vacuum > 20000 + 0.2 * n_live_tup
  order by n_dead_tup desc limit 4`;

/**
 * What a Postgres server does in the background. PGlite runs single-user mode, which has neither checkpointer nor
 * autovacuum: without this, WAL grows until the process ends and a busy queue table slows down for good.
 */
export class Housekeeping {
  #lastCheckpoint = 0n;

  /** One round; a few milliseconds when there is nothing to do. */
  run(engine: Engine): void {
    const written = lsn(firstRow(engine.exec(query("select pg_current_wal_lsn()")))[0] ?? "0/0");
    if (this.#lastCheckpoint === 0n) this.#lastCheckpoint = written;
    if (written === this.#lastCheckpoint) return;
    engine.exec(query("select pg_stat_force_next_flush()"));
    for (const table of firstColumn(engine.exec(query(overdueTables)))) engine.exec(query(`vacuum (analyze) ${table}`));
    if (written - this.#lastCheckpoint >= BigInt(WAL_BETWEEN_CHECKPOINTS)) {
      engine.exec(query("checkpoint"));
      this.#lastCheckpoint = written;
    }
  }
}

/** `16/B374D848` is two halves of a byte position, in hexadecimal. */
function lsn(text: string): bigint {
  const [high, low] = text.split("/") as [string, string];
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
