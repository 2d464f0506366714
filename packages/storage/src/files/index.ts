export { DiskFileStore } from "./disk-file-store.ts";
export type { ByteRange, FileContent, FileFacts, FileStore, StoredFile } from "./file-store.ts";
