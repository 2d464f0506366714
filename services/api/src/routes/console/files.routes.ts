import multipart from "@fastify/multipart";
import type { FastifyInstance } from "fastify";
import { authenticate } from "../../http/authenticate.ts";
import { consoleRoute } from "../../http/console-route.ts";
import { receiveUpload, uploadLimits } from "../../http/receive-upload.ts";
import type { ApiNeeds } from "../../needs.ts";
import { presentUpload } from "../../presenters/console.ts";
import { callerOf } from "./caller-of.ts";
import { findApp } from "./find-app.ts";

/** Files that people bring along in the console: for the inputs of runs, and for forms that runs wait for. */
export async function consoleFileRoutes(app: FastifyInstance, needs: ApiNeeds): Promise<void> {
  await app.register(multipart, { limits: uploadLimits });

  consoleRoute(app, "POST /console/api/apps/{appId}/files", async ({ params, request }) => {
    const caller = await authenticate(needs, request);
    const { scope, app: owner } = await findApp(needs, caller, params.appId, "editor");
    const { file } = await receiveUpload(needs, request, scope, owner.id);
    await needs.files.insert(scope, { ...file, createdBy: callerOf(caller) });
    return presentUpload(file);
  });
}
