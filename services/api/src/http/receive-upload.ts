import type { Readable } from "node:stream";
import { type AppId, defineErrors, type WorkspaceScope } from "@diwan/kernel";
import { extensionOf, type StoredFile } from "@diwan/runs";
import { fileKindOf } from "@diwan/workflow";
import type { MultipartFile } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import type { ApiNeeds } from "../needs.ts";

export const UploadErrors = defineErrors("upload", {
  "no-file": { kind: "caller", message: 'Send one file as the part "file" of a multipart/form-data body.' },
  "too-many-files": { kind: "caller", message: "Send one file at a time." },
  "name-missing": { kind: "caller", message: "The file needs a name without / and \\." },
  "no-media-type": { kind: "caller", message: "The file's part needs a Content-Type." },
  "too-large": {
    kind: "caller",
    message: ({ maxMb }: { maxMb: number }) => `The file is larger than ${maxMb} MB, the limit for its kind.`,
  },
});

const MB = 1024 * 1024;

/** @source the service API contract, uploads */
const maxBytesOf = { image: 10 * MB, audio: 50 * MB, video: 100 * MB, document: 15 * MB, custom: 15 * MB };

/** What the multipart parser may take at most; each kind of file has its own limit below that. */
export const uploadLimits = { fileSize: maxBytesOf.video + 1, files: 2, fields: 20, fieldSize: 4096 };

export type Upload = {
  /** Its bytes are kept; its record is the caller's to insert. */
  file: Omit<StoredFile, "createdBy">;
  fields: ReadonlyMap<string, string>;
};

/**
 * Takes in a request's one file and keeps its bytes.
 *
 * @throws upload.no-file, upload.too-many-files, upload.name-missing, upload.no-media-type, upload.too-large (caller)
 */
export async function receiveUpload(
  { ids, clock, contents }: Pick<ApiNeeds, "ids" | "clock" | "contents">,
  request: FastifyRequest,
  scope: WorkspaceScope,
  appId: AppId,
): Promise<Upload> {
  if (!request.isMultipart()) throw UploadErrors["no-file"]();
  const fields = new Map<string, string>();
  let file: Upload["file"] | undefined;
  for await (const part of request.parts()) {
    if (part.type === "field") {
      if (typeof part.value === "string") fields.set(part.fieldname, part.value);
      continue;
    }
    if (part.fieldname !== "file") {
      part.file.resume();
      continue;
    }
    if (file !== undefined) throw UploadErrors["too-many-files"]();
    const { name, mimeType } = describe(part);
    const id = ids.next();
    const extension = extensionOf(name);
    const key = `files/${id}`;
    const maxBytes = maxBytesOf[fileKindOf(extension, mimeType)];
    const { size } = await contents.put(scope, key, within(part.file, maxBytes));
    const createdAt = clock.now();
    file = { id, appId, runId: null, origin: "upload", name, extension, mimeType, size, key, createdAt };
  }
  if (file === undefined) throw UploadErrors["no-file"]();
  return { file, fields };
}

function describe({ filename, mimetype }: MultipartFile): { name: string; mimeType: string } {
  if (filename === undefined || filename === "" || /[/\\]/.test(filename)) throw UploadErrors["name-missing"]();
  if (mimetype === undefined || mimetype === "") throw UploadErrors["no-media-type"]();
  return { name: filename.slice(0, 255), mimeType: mimetype };
}

/** Stops at the limit, so that a file too large is never kept. */
async function* within(file: Readable, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of file as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      file.resume();
      throw UploadErrors["too-large"]({ maxMb: maxBytes / MB });
    }
    yield chunk;
  }
}
