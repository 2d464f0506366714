import { isUuid } from "@diwan/kernel";
import fastifyCookie from "@fastify/cookie";
import fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { OpenAnswers } from "./http/open-answers.ts";
import { requestLabels } from "./http/request-labels.ts";
import { serveConsole } from "./http/serve-console.ts";
import type { ApiNeeds } from "./needs.ts";
import { consoleRoutes } from "./routes/console/index.ts";
import { fileRoutes } from "./routes/files.routes.ts";
import { healthRoutes } from "./routes/health.routes.ts";
import { v1Routes } from "./routes/v1/index.ts";

/** @source kubernetes, api */
const RESUMABLE_DRAIN_MS = 5_000;

/** The api as one server; it listens when told to. */
export async function buildApi(needs: ApiNeeds): Promise<FastifyInstance> {
  const open = new OpenAnswers();
  const app = fastify({
    loggerInstance: needs.logger as unknown as FastifyBaseLogger,
    logController: new fastify.LogController({ disableRequestLogging: true }),
    bodyLimit: needs.settings.maxRequestBytes,
    trustProxy: false,
    forceCloseConnections: "idle",
    routerOptions: { ignoreDuplicateSlashes: true, maxParamLength: 200 },
    // An id that came from outside goes into our log only if it is one.
    genReqId: ({ headers }) => {
      const given = headers["x-request-id"];
      return typeof given === "string" && isUuid(given) ? given : needs.ids.next();
    },
  }) as unknown as FastifyInstance;
  await app.register(fastifyCookie);
  measure(app, needs);
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  // From here on nobody is let in. A reader that can go on elsewhere is sent there soon; the others see their run's end.
  app.addHook("preClose", async () => {
    const { streamDrainMs } = needs.settings;
    const closed = new Promise((resolve) => app.server.close(resolve));
    await open.drain({ resumableMs: Math.min(RESUMABLE_DRAIN_MS, streamDrainMs), otherMs: streamDrainMs });
    // Browsers keep connections for a next request that is not taken any more.
    const sweep = setInterval(() => app.server.closeIdleConnections(), 50);
    await closed;
    clearInterval(sweep);
  });
  healthRoutes(app, needs);
  await app.register(v1Routes(needs, open), { prefix: "/v1" });
  fileRoutes(app, needs);
  await app.register(consoleRoutes(needs, open));
  if (needs.settings.consoleDir !== undefined) serveConsole(app, needs.settings.consoleDir);
  return app;
}

function measure(app: FastifyInstance, { metrics }: ApiNeeds): void {
  app.decorateRequest("isStream", false);
  app.addHook("onRequest", async (request, reply) => {
    metrics.httpInflight.inc({ component: "api" });
    // Comes once for every request, also where the caller leaves before or within the answer.
    reply.raw.once("close", () => {
      metrics.httpInflight.dec({ component: "api" });
      const labels = requestLabels(request, reply);
      metrics.httpRequests.inc(labels);
      // A stream's time is measured where its first frame is written.
      if (!request.isStream) metrics.httpDuration.observe({ ...labels, stream: "no" }, reply.elapsedTime / 1000);
    });
  });
}
