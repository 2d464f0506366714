import { Readable } from "node:stream";
import { RequestErrors } from "@diwan/kernel";
import type { FastifyInstance } from "fastify";
import { fromFramework } from "../http/errors.ts";
import { statusOf } from "../http/status-of.ts";
import type { ApiNeeds } from "../needs.ts";

/** What browsers may show in place; everything else is handed over as a download. */
const shownInPlace = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/|application\/pdf$|text\/plain)/;

/** Files by the addresses that were signed for them. */
export function fileRoutes(app: FastifyInstance, needs: ApiNeeds): void {
  app.register(async (scoped) => signedRoutes(scoped, needs));
}

function signedRoutes(app: FastifyInstance, needs: ApiNeeds): void {
  app.setErrorHandler((raw, request, reply) => {
    const error = fromFramework(raw, request.routeOptions.bodyLimit);
    if (error.kind === "defect") request.log.error({ err: raw }, "A request broke.");
    const { code, message } = error;
    return reply.status(statusOf(error)).send({ code, message, status: statusOf(error) });
  });
  app.get<{ Params: { fileId: string }; Querystring: { expires?: string; sign?: string; as_attachment?: string } }>(
    "/files/:fileId/file-preview",
    async (request, reply) => {
      const { fileId } = request.params;
      if (!needs.signer.isGenuine(fileId, request.query)) throw RequestErrors["not-found"]({ what: "This file" });
      const found = await needs.files.findSigned(fileId);
      if (found === undefined) throw RequestErrors["not-found"]({ what: "This file" });
      const { file, scope } = found;
      const content = await needs.contents.read(scope, file.key);
      const isShown = shownInPlace.test(file.mimeType) && request.query.as_attachment !== "true";
      const disposition = isShown ? "inline" : "attachment";
      return reply
        .headers({
          "content-type": isShown ? file.mimeType : "application/octet-stream",
          "content-length": file.size,
          "content-disposition": `${disposition}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
          "cache-control": "private, max-age=3600",
          "x-content-type-options": "nosniff",
          // Whatever the file holds, it runs nothing here.
          "content-security-policy": "sandbox; default-src 'none'",
        })
        .send(Readable.from(content));
    },
  );
}
