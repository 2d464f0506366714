import type { LiveEvents, RunSignals } from "@diwan/runs";
import type pg from "pg";
import type { FileStore } from "./files/file-store.ts";
import type { Stores } from "./postgres/create-stores.ts";
import type { PostgresRunLoad } from "./postgres/stores/run-load.ts";
import type { RankedRunQueue } from "./queue/ranked-run-queue.ts";
import { ReferringRunStore } from "./references/referring-run-store.ts";
import { ValueReferences } from "./references/value-references.ts";

/** Everything a process keeps and waits for, whichever way it is stored. */
export type StorageStack = {
  pool: pg.Pool;
  stores: Stores;
  /** Bytes of files, by key. */
  contents: FileStore;
  queue: RankedRunQueue;
  load: PostgresRunLoad;
  live: LiveEvents;
  signals: RunSignals;
  /** Says what does not answer; undefined when all does. */
  readiness(): Promise<string | undefined>;
  /** What about the servers may lose data, one sentence each, as found at the start. */
  warnings: readonly string[];
  /** After everything that uses it has stopped. */
  close(): Promise<void>;
};

/** The stores of a database, with large values of runs in files. */
export function withFiles(stores: Stores, contents: FileStore): Stores {
  return { ...stores, runs: new ReferringRunStore(stores.runs, new ValueReferences(contents)) };
}

export async function databaseReadiness(pool: pg.Pool): Promise<string | undefined> {
  return pool.query("select 1").then(
    () => undefined,
    () => "the database",
  );
}
