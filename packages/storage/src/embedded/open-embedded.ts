import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type pg from "pg";
import { StorageErrors } from "../errors.ts";
import { openPool } from "../postgres/pool.ts";
import type { DatabaseThreadTask } from "./database-thread.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { ensureDatabase } from "./first-boot.ts";
import type { FrontLimits } from "./wire/front.ts";

export type EmbeddedOptions = {
  /** Connections of the pool. They take turns; more than a few only wait in other places. */
  maxConnections?: number;
  limits?: Partial<FrontLimits>;
};

export type EmbeddedDatabase = {
  pool: pg.Pool;
  /** How other libraries connect, with `pg`'s names. */
  connection: { host: string; user: string; database: string };
  /** Tells a second start on the same directory where this installation answers. */
  updateLock(url: string): void;
  /** Resolves with what went wrong when the database's thread ends by itself; everything fails from then on. */
  failed: Promise<Error>;
  close(): Promise<void>;
};

/**
 * Opens the Postgres that lives in `directory/pg`, in this process, and makes it on first use.
 *
 * @throws storage.directory-in-use (caller) while another process, or this one, has it open.
 */
export async function openEmbedded(directory: string, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const lock = DirectoryLock.take(directory);
  // Short on purpose: a socket's path has about 107 bytes, which a data directory may use up.
  const socketFolder = mkdtempSync(join(shortTemporaryFolder(), "dw-"));
  const leave = () => {
    rmSync(socketFolder, { recursive: true, force: true });
    lock.release();
  };
  try {
    const databaseDirectory = join(directory, "pg");
    await ensureDatabase(databaseDirectory);
    const socketPath = join(socketFolder, ".s.PGSQL.5432");
    const thread = startThread({ directory: databaseDirectory, socketPath, limits: options.limits ?? {} });
    await nextMessage(thread);
    const connection = { host: socketFolder, user: "postgres", database: "postgres" };
    const pool = openPool({ ...connection, max: options.maxConnections ?? 8 });
    const failed = new Promise<Error>((resolve) => {
      thread.once("error", resolve);
    });
    return {
      pool,
      connection,
      updateLock: (url) => lock.update(url),
      failed,
      async close() {
        await pool.end();
        const closed = nextMessage(thread).catch(() => {});
        thread.postMessage("close");
        await closed;
        await thread.terminate();
        leave();
      },
    };
  } catch (error) {
    leave();
    throw error;
  }
}

/** PGlite lives in a thread: in the main one it would stop every timer while a statement runs. */
function startThread(task: DatabaseThreadTask): Worker {
  return new Worker(new URL("./database-thread.ts", import.meta.url), {
    workerData: task,
    // A test runner's loaders are no use in there.
    execArgv: [],
  });
}

function shortTemporaryFolder(): string {
  const folder = tmpdir();
  return folder.length <= 60 ? folder : "/tmp";
}

/** The thread says `ready` once and `closed` once. */
function nextMessage(thread: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const onEnd = (reason: unknown) =>
      reject(StorageErrors.unavailable({}, reason instanceof Error ? { cause: reason } : {}));
    thread.once("error", onEnd);
    thread.once("exit", onEnd);
    thread.once("message", () => {
      thread.off("error", onEnd);
      thread.off("exit", onEnd);
      resolve();
    });
  });
}
