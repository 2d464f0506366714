import type { LiveEvents, RunSignals } from "@diwan/runs";
import type pg from "pg";
import type { Stores } from "./postgres/create-stores.ts";
import type { BullRunQueue } from "./queue/bull-run-queue.ts";

/** Everything a process keeps and waits for, whichever way it is stored. */
export type StorageStack = {
  pool: pg.Pool;
  stores: Stores;
  queue: BullRunQueue;
  live: LiveEvents;
  signals: RunSignals;
  /** Says what does not answer; undefined when all does. */
  readiness(): Promise<string | undefined>;
  /** After everything that uses it has stopped. */
  close(): Promise<void>;
};

export async function databaseReadiness(pool: pg.Pool): Promise<string | undefined> {
  return pool.query("select 1").then(
    () => undefined,
    () => "the database",
  );
}
