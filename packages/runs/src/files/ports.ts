import type { AppId, RunId, WorkspaceScope } from "@diwan/kernel";
import type { RunCaller } from "../run.ts";

/** What is known of a file whose bytes lie under `key`. */
export type StoredFile = {
  id: string;
  appId: AppId;
  /** The run whose step made it. */
  runId: RunId | null;
  origin: "upload" | "step";
  /** As people gave it. */
  name: string;
  /** With its dot. */
  extension: string;
  mimeType: string;
  /** Bytes. */
  size: number;
  key: string;
  createdBy: RunCaller | null;
  createdAt: number;
};

export type FileRecordStore = {
  /** One that is there already stays as it is. */
  insert(scope: WorkspaceScope, file: StoredFile): Promise<void>;
  find(scope: WorkspaceScope, fileId: string): Promise<StoredFile | undefined>;
  /** For an address that was signed: its holder may read the file, whatever the workspace. */
  findSigned(fileId: string): Promise<{ scope: WorkspaceScope; file: StoredFile } | undefined>;
};

/** The bytes of files, by key. */
export type FileContents = {
  put(scope: WorkspaceScope, key: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ size: number }>;
  /** @throws storage.file-not-found (caller) */
  read(scope: WorkspaceScope, key: string): Promise<AsyncIterable<Uint8Array>>;
};

/** Makes addresses that let their holder read one file for a while. */
export type FileSigner = {
  urlOf(fileId: string): string;
  /** Whether the query of such an address is genuine and its time not over. */
  isGenuine(fileId: string, query: { expires?: string | undefined; sign?: string | undefined }): boolean;
};
