import multipart from "@fastify/multipart";
import type { FastifyInstance } from "fastify";
import { receiveUpload, uploadLimits } from "../../http/receive-upload.ts";
import type { ApiNeeds } from "../../needs.ts";
import { authenticateKey } from "./authenticate-key.ts";

/** Files that people bring along, for the inputs of runs. */
export async function fileUploadRoutes(app: FastifyInstance, needs: ApiNeeds): Promise<void> {
  await app.register(multipart, { limits: uploadLimits });

  app.post("/files/upload", async (request, reply) => {
    const { scope, app: owner } = await authenticateKey(needs, request);
    const { file, fields } = await receiveUpload(needs, request, scope, owner.id);
    const user = fields.get("user") ?? "";
    const endUser = await needs.endUsers.findOrCreate(scope, owner.id, user);
    await needs.files.insert(scope, { ...file, createdBy: { type: "end-user", id: endUser.id, user } });
    return reply.status(201).send({
      id: file.id,
      reference: null,
      name: file.name,
      size: file.size,
      extension: file.extension.slice(1),
      mime_type: file.mimeType,
      created_by: endUser.id,
      created_at: Math.floor(file.createdAt / 1000),
      preview_url: null,
      source_url: needs.signer.urlOf(file.id),
      original_url: null,
      user_id: null,
      tenant_id: scope.workspaceId,
      conversation_id: null,
      file_key: null,
    });
  });
}
