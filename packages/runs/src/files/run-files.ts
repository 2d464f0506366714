import type { HttpClient } from "@diwan/egress";
import type { AppId, Clock, RunId, WorkspaceScope } from "@diwan/kernel";
import type { RunFiles } from "@diwan/nodes";
import type { FileValue } from "@diwan/workflow";
import { FileErrors } from "./errors.ts";
import { extensionOf, fileValueOf } from "./file-value.ts";
import type { FileContents, FileRecordStore, FileSigner, StoredFile } from "./ports.ts";
import { readRemoteFile } from "./read-remote-file.ts";

type Needs = { files: FileRecordStore; contents: FileContents; http: HttpClient; signer: FileSigner; clock: Clock };

/** The files that the steps of a run read and make. */
export function createRunFiles(needs: Needs, scope: WorkspaceScope, run: { id: RunId; appId: AppId }): RunFiles {
  return {
    async read(file, options) {
      if (file.transfer_method === "remote_url") return readRemoteFile(needs.http, file, options);
      const found = await needs.files.find(scope, file.related_id ?? file.reference ?? file.id ?? "");
      if (found === undefined) throw FileErrors["not-found"]({ name: file.filename ?? "" });
      if (found.size > options.maxBytes) {
        throw FileErrors["too-large"]({ name: found.name, maxBytes: options.maxBytes });
      }
      return readWhole(await needs.contents.read(scope, found.key));
    },
    async save({ id, name, mimeType, bytes }) {
      const stored: StoredFile = {
        id,
        appId: run.appId,
        runId: run.id,
        origin: "step",
        name,
        extension: extensionOf(name),
        mimeType,
        size: bytes.byteLength,
        key: `files/${id}`,
        createdBy: null,
        createdAt: needs.clock.now(),
      };
      await needs.contents.put(scope, stored.key, bytes);
      await needs.files.insert(scope, stored);
      return storedFileValue(stored, needs.signer);
    },
  };
}

/** A stored file as steps pass it on, with an address that works for a while. */
export function storedFileValue({ id, name, mimeType, size, origin }: StoredFile, signer: FileSigner): FileValue {
  const transferMethod = origin === "upload" ? "local_file" : "tool_file";
  return fileValueOf({ id, name, mimeType, size, transferMethod, url: signer.urlOf(id) });
}

async function readWhole(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
