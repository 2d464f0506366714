import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StorageErrors } from "../errors.ts";

type Holder = { pid: number; url: string | null };

/**
 * Holds a data directory for this process alone. Two processes on one PGlite directory lose rows silently.
 *
 * The lock is the kernel's, on the empty file `lock`, taken through SQLite because Node has no call of its own for it: it
 * ends with the process however that ends, so it can be neither stale nor fooled by a reused process id. `lock.json` only
 * tells others who holds it.
 */
export class DirectoryLock {
  readonly #file: DatabaseSync;
  readonly #infoPath: string;

  private constructor(file: DatabaseSync, infoPath: string) {
    this.#file = file;
    this.#infoPath = infoPath;
    this.update(null);
  }

  /** @throws storage.directory-in-use (caller) naming the running address where it is known. */
  static take(directory: string): DirectoryLock {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const infoPath = join(directory, "lock.json");
    const file = new DatabaseSync(join(directory, "lock"));
    try {
      file.exec("begin exclusive");
    } catch (error) {
      file.close();
      if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
      const holder = readHolder(infoPath);
      throw StorageErrors["directory-in-use"](
        { directory, pid: holder?.pid ?? null, url: holder?.url ?? null },
        { cause: error },
      );
    }
    return new DirectoryLock(file, infoPath);
  }

  /** Tells whoever tries next where this installation answers. */
  update(url: string | null): void {
    writeFileSync(this.#infoPath, JSON.stringify({ pid: process.pid, url } satisfies Holder), { mode: 0o600 });
  }

  release(): void {
    rmSync(this.#infoPath, { force: true });
    this.#file.close();
  }
}

const SQLITE_BUSY = 5;

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}
