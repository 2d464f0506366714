import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { HttpClient } from "@diwan/egress";
import type { RunFiles } from "@diwan/nodes";
import { FileErrors, fileValueOf, readRemoteFile } from "@diwan/runs";

/**
 * Files of a run without an installation: what steps make lives as long as the run.
 *
 * @param named  Addresses of the files of this machine that it may read. A step can make a value up that looks like a file.
 */
export function localRunFiles(http: HttpClient, named: ReadonlySet<string>): RunFiles {
  const made = new Map<string, Uint8Array>();
  return {
    async read(file, options) {
      const bytes = made.get(file.related_id ?? "");
      if (bytes !== undefined) return bytes;
      if (file.transfer_method === "remote_url") return readRemoteFile(http, file, options);
      const name = file.filename ?? "";
      const url = file.url ?? "";
      if (!url.startsWith("file:") || !named.has(url)) throw FileErrors["not-found"]({ name });
      const path = fileURLToPath(url);
      const size = statSync(path, { throwIfNoEntry: false })?.size;
      if (size === undefined) throw FileErrors["not-found"]({ name });
      if (size > options.maxBytes) throw FileErrors["too-large"]({ name, maxBytes: options.maxBytes });
      return readFileSync(path);
    },
    async save({ id, name, mimeType, bytes }) {
      made.set(id, bytes);
      return fileValueOf({ id, name, mimeType, size: bytes.byteLength, transferMethod: "tool_file", url: null });
    },
  };
}
