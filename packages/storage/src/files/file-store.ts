import type { WorkspaceScope } from "@diwan/kernel";

export type FileContent = Uint8Array | AsyncIterable<Uint8Array>;

export type FileFacts = { size: number /** Unix milliseconds. */; modifiedAt: number };

export type StoredFile = FileFacts & { key: string };

/** Bytes from `start` up to but not including `end`; both may be left out. */
export type ByteRange = { start?: number; end?: number };

/**
 * Files of workspaces, whatever keeps them. A key is one or more names of `A-Z a-z 0-9 . _ -` joined by `/`; names begin
 * with a letter or digit, and a key has at most 512 characters. Keys are made by us: the names people give their files
 * are kept with the rows that point here.
 *
 * Every method throws storage.file-key-invalid (caller) for any other key.
 */
export type FileStore = {
  /** Stores a file whole or not at all, in place of an earlier one; resolves when it would outlive a loss of power. */
  put(scope: WorkspaceScope, key: string, content: FileContent): Promise<{ size: number }>;
  /** @throws storage.file-not-found (caller) */
  read(scope: WorkspaceScope, key: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>>;
  /** Undefined when there is no such file. */
  head(scope: WorkspaceScope, key: string): Promise<FileFacts | undefined>;
  /** False when there was no such file. */
  remove(scope: WorkspaceScope, key: string): Promise<boolean>;
  /** Removes all files whose key begins with `prefix`, a key followed by `/`, or "" for all of the workspace. */
  removeAll(scope: WorkspaceScope, prefix: string): Promise<void>;
  /** Files whose key begins with `prefix`, as in `removeAll`, sorted by key. */
  list(scope: WorkspaceScope, prefix: string): AsyncIterable<StoredFile>;
  /** @throws storage.file-not-found (caller) */
  copy(scope: WorkspaceScope, from: string, to: string): Promise<void>;
};
