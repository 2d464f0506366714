import { join } from "node:path";
import type { Clock, IdSource } from "@diwan/kernel";
import { DiskFileStore } from "../files/disk-file-store.ts";
import { MemoryLiveEvents } from "../memory/memory-live-events.ts";
import { MemoryRunSignals } from "../memory/memory-run-signals.ts";
import { createStores } from "../postgres/create-stores.ts";
import { Database } from "../postgres/database.ts";
import { migrate } from "../postgres/migrations/migrate.ts";
import { PostgresAbandonedRuns } from "../postgres/stores/abandoned-runs.ts";
import { PostgresRunLoad } from "../postgres/stores/run-load.ts";
import { MemoryWaitingRuns } from "../queue/memory-waiting-runs.ts";
import { RankedRunQueue } from "../queue/ranked-run-queue.ts";
import { databaseReadiness, type StorageStack, withFiles } from "../stack.ts";
import { openEmbedded } from "./open-embedded.ts";

export type EmbeddedStackOptions = {
  /** Holds everything. */
  folder: string;
  version: string;
  /** How long a run's events can be read again after its end. */
  streamRetentionMs: number;
  ids: IdSource;
  clock: Clock;
};

export type EmbeddedStack = StorageStack & {
  /** Tells a second start on the same folder where this installation answers. */
  updateLock(url: string): void;
  /** Resolves with what went wrong when the database ends by itself. */
  failed: Promise<Error>;
};

/**
 * Storage of one machine: Postgres in this process, waiting runs and events in memory.
 *
 * @throws storage.directory-in-use (caller), migration.* (defect)
 */
export async function openEmbeddedStack(options: EmbeddedStackOptions): Promise<EmbeddedStack> {
  const embedded = await openEmbedded(options.folder);
  try {
    const { pool } = embedded;
    await migrate(pool, { byVersion: options.version });
    const database = new Database(pool, { prepare: true });
    const contents = new DiskFileStore(join(options.folder, "files"));
    const stores = withFiles(createStores(database, options), contents);
    // The folder's lock says that whoever worked here before is gone: their runs need not wait for leases to end.
    await new PostgresAbandonedRuns(database).endLeases(options.clock.now());
    const load = new PostgresRunLoad(database);
    const queue = new RankedRunQueue(new MemoryWaitingRuns(), load);
    for (const { queue: name, ahead, ...delivery } of await load.waiting()) await queue.enqueue(name, delivery, ahead);
    return {
      pool,
      stores,
      contents,
      queue,
      load,
      live: new MemoryLiveEvents({ retentionMs: options.streamRetentionMs }),
      signals: new MemoryRunSignals(),
      readiness: () => databaseReadiness(pool),
      warnings: [],
      updateLock: (url) => embedded.updateLock(url),
      failed: embedded.failed,
      close: () => embedded.close(),
    };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}
