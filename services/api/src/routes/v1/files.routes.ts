import type { Readable } from "node:stream";
import { extensionOf, type StoredFile } from "@diwan/runs";
import { fileKindOf } from "@diwan/workflow";
import multipart, { type MultipartFile } from "@fastify/multipart";
import type { FastifyInstance } from "fastify";
import type { ApiNeeds } from "../../needs.ts";
import { authenticateKey } from "./authenticate-key.ts";
import { V1Errors } from "./errors.ts";

const MB = 1024 * 1024;

/** @source the service API contract, uploads */
const maxBytesOf = { image: 10 * MB, audio: 50 * MB, video: 100 * MB, document: 15 * MB, custom: 15 * MB };

/** Files that people bring along, for the inputs of runs. */
export async function fileUploadRoutes(app: FastifyInstance, needs: ApiNeeds): Promise<void> {
  await app.register(multipart, { limits: { fileSize: maxBytesOf.video + 1, files: 2, fields: 20, fieldSize: 4096 } });

  app.post("/files/upload", async (request, reply) => {
    const { scope, app: owner } = await authenticateKey(needs, request);
    if (!request.isMultipart()) throw V1Errors["no-file-uploaded"]();
    let user = "";
    let stored: StoredFile | undefined;
    for await (const part of request.parts()) {
      if (part.type === "field") {
        if (part.fieldname === "user" && typeof part.value === "string") user = part.value;
        continue;
      }
      if (part.fieldname !== "file") {
        part.file.resume();
        continue;
      }
      if (stored !== undefined) throw V1Errors["too-many-files"]();
      const { name, mimeType } = describe(part);
      const id = needs.ids.next();
      const extension = extensionOf(name);
      const key = `files/${id}`;
      const maxBytes = maxBytesOf[fileKindOf(extension, mimeType)];
      const { size } = await needs.contents.put(scope, key, within(part.file, maxBytes));
      const createdAt = needs.clock.now();
      const facts = {
        id,
        appId: owner.id,
        runId: null,
        origin: "upload",
        name,
        extension,
        mimeType,
        size,
        key,
      } as const;
      stored = { ...facts, createdBy: null, createdAt };
    }
    if (stored === undefined) throw V1Errors["no-file-uploaded"]();
    const endUser = await needs.endUsers.findOrCreate(scope, owner.id, user);
    await needs.files.insert(scope, { ...stored, createdBy: { type: "end-user", id: endUser.id, user } });
    return reply.status(201).send({
      id: stored.id,
      reference: null,
      name: stored.name,
      size: stored.size,
      extension: stored.extension.slice(1),
      mime_type: stored.mimeType,
      created_by: endUser.id,
      created_at: Math.floor(stored.createdAt / 1000),
      preview_url: null,
      source_url: needs.signer.urlOf(stored.id),
      original_url: null,
      user_id: null,
      tenant_id: scope.workspaceId,
      conversation_id: null,
      file_key: null,
    });
  });
}

function describe({ filename, mimetype }: MultipartFile): { name: string; mimeType: string } {
  if (filename === undefined || filename === "" || /[/\\]/.test(filename)) throw V1Errors["file-name-missing"]();
  if (mimetype === undefined || mimetype === "") throw V1Errors["unsupported-file-type"]();
  return { name: filename.slice(0, 255), mimeType: mimetype };
}

/** Stops at the limit, so that a file too large is never kept. */
async function* within(file: Readable, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of file as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      file.resume();
      throw V1Errors["file-too-large"]({ maxMb: maxBytes / MB });
    }
    yield chunk;
  }
}
