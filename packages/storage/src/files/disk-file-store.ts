import { randomUUID } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { copyFile, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isUuid, type WorkspaceScope } from "@diwan/kernel";
import { StorageErrors } from "../errors.ts";
import { namesOf, namesOfPrefix } from "./file-key.ts";
import type { ByteRange, FileContent, FileFacts, FileStore, StoredFile } from "./file-store.ts";

/** Ends the names of files, so that the key `a` can stand beside `a/b`. No key holds it. */
const FILE_MARK = "@";
/** Where files are written before they are put in place; on the same disk, so that is one step. */
const INCOMING = ".incoming";

/** Files in a folder of this machine, one folder for each workspace. */
export class DiskFileStore implements FileStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async put(scope: WorkspaceScope, key: string, content: FileContent): Promise<{ size: number }> {
    const path = this.#pathOf(scope, key);
    let size = 0;
    await this.#replace(path, async (incoming) => {
      const file = await open(incoming, "wx", 0o600);
      try {
        for await (const piece of content instanceof Uint8Array ? [content] : content) {
          await file.writeFile(piece);
          size += piece.length;
        }
        await file.sync();
      } finally {
        await file.close();
      }
    });
    return { size };
  }

  async read(scope: WorkspaceScope, key: string, range: ByteRange = {}): Promise<AsyncIterable<Uint8Array>> {
    const file = await open(this.#pathOf(scope, key), "r").catch(notFound);
    const { size } = await file.stat();
    const start = range.start ?? 0;
    const end = Math.min(range.end ?? size, size);
    if (start >= end) {
      await file.close();
      return empty();
    }
    // The stream closes the file when it ends or is given up.
    return createReadStream("", { fd: file, start, end: end - 1 });
  }

  async head(scope: WorkspaceScope, key: string): Promise<FileFacts | undefined> {
    const facts = await stat(this.#pathOf(scope, key)).catch(absent);
    return facts === undefined ? undefined : { size: facts.size, modifiedAt: Math.floor(facts.mtimeMs) };
  }

  async remove(scope: WorkspaceScope, key: string): Promise<boolean> {
    const path = this.#pathOf(scope, key);
    if ((await stat(path).catch(absent)) === undefined) return false;
    await rm(path, { force: true });
    return true;
  }

  async removeAll(scope: WorkspaceScope, prefix: string): Promise<void> {
    await rm(join(this.#folderOf(scope), ...namesOfPrefix(prefix)), { recursive: true, force: true });
  }

  async *list(scope: WorkspaceScope, prefix: string): AsyncIterable<StoredFile> {
    yield* listFolder(join(this.#folderOf(scope), ...namesOfPrefix(prefix)), prefix);
  }

  async copy(scope: WorkspaceScope, from: string, to: string): Promise<void> {
    const source = this.#pathOf(scope, from);
    await this.#replace(this.#pathOf(scope, to), async (incoming) => {
      await copyFile(source, incoming, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL).catch(notFound);
      await syncPath(incoming);
    });
  }

  /** Writes aside, then puts in place; whoever reads sees the old file or the new one. */
  async #replace(path: string, write: (incoming: string) => Promise<void>): Promise<void> {
    const incoming = join(this.#root, INCOMING, randomUUID());
    try {
      await mkdir(dirname(incoming), { recursive: true, mode: 0o700 });
      await write(incoming);
      const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(incoming, path);
      await syncUpTo(dirname(path), made === undefined ? dirname(path) : dirname(made));
    } catch (error) {
      await rm(incoming, { force: true }).catch(() => {});
      throw asWriteError(error);
    }
  }

  #pathOf(scope: WorkspaceScope, key: string): string {
    return join(this.#folderOf(scope), ...namesOf(key)) + FILE_MARK;
  }

  #folderOf({ workspaceId }: WorkspaceScope): string {
    if (!isUuid(workspaceId)) throw StorageErrors["file-key-invalid"]({ problem: "its workspace has no valid id" });
    return join(this.#root, workspaceId);
  }
}

async function* listFolder(folder: string, prefix: string): AsyncIterable<StoredFile> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(absent);
  // Sorted as keys are: a file before what is below a folder of its name.
  const keyed = (entries ?? []).map((entry) => ({
    entry,
    name: entry.isDirectory() ? `${entry.name}/` : entry.name.slice(0, -FILE_MARK.length),
  }));
  keyed.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { entry, name } of keyed) {
    if (entry.isDirectory()) {
      yield* listFolder(join(folder, entry.name), `${prefix}${name}`);
    } else {
      const facts = await stat(join(folder, entry.name)).catch(absent);
      if (facts !== undefined) {
        yield { key: `${prefix}${name}`, size: facts.size, modifiedAt: Math.floor(facts.mtimeMs) };
      }
    }
  }
}

async function* empty(): AsyncIterable<Uint8Array> {}

/** Folders from the inside out: each holds the name of the one before. */
async function syncUpTo(inner: string, outer: string): Promise<void> {
  for (let folder = inner; ; folder = dirname(folder)) {
    await syncPath(folder);
    if (folder === outer) return;
  }
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}

function absent(error: unknown): undefined {
  if (!isMissing(error)) throw error;
  return undefined;
}

function notFound(error: unknown): never {
  throw isMissing(error) ? StorageErrors["file-not-found"]({}, { cause: error }) : error;
}

/** What the disk says becomes ours; what the content's source throws is somebody else's and goes through. */
function asWriteError(error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  return StorageErrors["file-write-failed"]({ reason: code }, { cause: error });
}
