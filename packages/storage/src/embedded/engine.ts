import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { vector } from "@electric-sql/pglite-pgvector";
import { DurableNodeFs } from "./durable-node-fs.ts";
import { sync } from "./wire/frontend.ts";

/** One Postgres session that answers wire-protocol messages. */
export type Engine = {
  /** Runs complete messages and returns everything Postgres answers, synchronously. */
  exec(messages: Uint8Array): Buffer;
  close(): Promise<void>;
};

/**
 * PGlite's own start parameters without `-F`, which turns fsync off, and with memory for a laptop. `wal_sync_method`
 * must be `fsync`: `fdatasync` reaches no file system driver.
 */
const startParams = [
  "--single",
  "-O",
  "-j",
  ...Object.entries({
    search_path: "public",
    exit_on_error: "false",
    log_checkpoints: "false",
    max_worker_processes: "0",
    max_parallel_workers: "0",
    max_parallel_workers_per_gather: "0",
    max_parallel_maintenance_workers: "0",
    io_method: "sync",
    wal_sync_method: "fsync",
    shared_buffers: "16MB",
    work_mem: "4MB",
    maintenance_work_mem: "32MB",
    temp_buffers: "1MB",
    // Nothing recycles WAL between our own checkpoints; see `housekeeping.ts`.
    max_wal_size: "64MB",
    min_wal_size: "32MB",
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
];

export async function openEngine(directory: string): Promise<Engine> {
  const pg = await PGlite.create({
    fs: new DurableNodeFs(directory),
    startParams,
    extensions: { vector, pg_trgm },
  });
  let chunks: Buffer[] = [];
  // Answers come to this callback from now on, unparsed. The bytes are a view into memory that is reused.
  await pg.execProtocolRawStream(sync, { onRawData: (bytes) => chunks.push(Buffer.from(bytes)) });
  return {
    exec(messages) {
      chunks = [];
      pg.execProtocolRawSync(messages);
      return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    },
    close: () => pg.close(),
  };
}
