import { defineErrors } from "@diwan/kernel";
import type { RunFiles } from "@diwan/nodes";
import type { FileValue } from "@diwan/workflow";

const FileErrors = defineErrors("file", {
  "not-found": { kind: "author", message: ({ name }: { name: string }) => `The file "${name}" is gone.` },
  "too-large": { kind: "author", message: ({ name }: { name: string }) => `The file "${name}" is too large.` },
});

export type MemoryRunFiles = RunFiles & {
  /** Puts a file in, as if somebody had uploaded it. */
  add(name: string, bytes: Uint8Array | string, rest?: Partial<FileValue>): FileValue;
  /** Everything that steps saved, by id. */
  saved: Map<string, { name: string; mimeType: string; bytes: Uint8Array }>;
};

/** Files of a run that lie in memory. */
export function memoryRunFiles(): MemoryRunFiles {
  const bytesOf = new Map<string, Uint8Array>();
  const saved: MemoryRunFiles["saved"] = new Map();
  return {
    saved,
    add(name, bytes, rest = {}) {
      const id = `upload-${bytesOf.size + 1}`;
      const whole = Buffer.from(bytes as string);
      bytesOf.set(id, whole);
      return fileValue(id, name, whole.length, { transfer_method: "local_file", ...rest });
    },
    async read(file, { maxBytes, signal }) {
      signal.throwIfAborted();
      const bytes = bytesOf.get(String(file.related_id));
      const name = file.filename ?? "";
      if (bytes === undefined) throw FileErrors["not-found"]({ name });
      if (bytes.length > maxBytes) throw FileErrors["too-large"]({ name });
      return bytes;
    },
    async save({ id, name, mimeType, bytes }) {
      bytesOf.set(id, bytes);
      saved.set(id, { name, mimeType, bytes });
      return fileValue(id, name, bytes.length, { transfer_method: "tool_file", mime_type: mimeType });
    },
  };
}

function fileValue(id: string, name: string, size: number, rest: Partial<FileValue>): FileValue {
  return {
    dify_model_identity: "__dify__file__",
    id: null,
    type: "custom",
    transfer_method: "local_file",
    remote_url: null,
    related_id: id,
    filename: name,
    extension: /\.\w+$/.exec(name)?.[0] ?? ".bin",
    mime_type: "application/octet-stream",
    size,
    url: `/files/${id}`,
    ...rest,
  } as FileValue;
}
