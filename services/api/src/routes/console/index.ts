import { consoleOpenApi } from "@diwan/contracts";
import { asDiwanError, RequestErrors } from "@diwan/kernel";
import { parseJson, stringifyJson, type Value } from "@diwan/workflow";
import { SetupErrors } from "@diwan/workspaces";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { fromFramework } from "../../http/errors.ts";
import type { OpenAnswers } from "../../http/open-answers.ts";
import { statusOf } from "../../http/status-of.ts";
import type { ApiNeeds } from "../../needs.ts";
import { accountRoutes } from "./account.routes.ts";
import { appRoutes } from "./apps.routes.ts";
import { consoleFileRoutes } from "./files.routes.ts";
import { modelRoutes } from "./models.routes.ts";
import { repeatRunRoutes } from "./repeat-runs.routes.ts";
import { runRoutes } from "./runs.routes.ts";

/** Open to everybody before there is an owner. */
const beforeSetup = new Set(["/console/api/setup", "/console/api/ping", "/console/api/openapi.json"]);

/** The API that the console uses. */
export function consoleRoutes(needs: ApiNeeds, open: OpenAnswers) {
  return async (app: FastifyInstance): Promise<void> => {
    // Whole numbers beyond 2^53 go out as they came in.
    app.setReplySerializer((payload) => stringifyJson(payload as Value));
    app.removeContentTypeParser("application/json");
    app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
      try {
        done(null, body === "" ? {} : parseJson(body as string));
      } catch (error) {
        done(Object.assign(asDiwanError(error), { statusCode: 400 }));
      }
    });
    let hasOwner = false;
    app.addHook("onRequest", async (request) => {
      if (hasOwner || beforeSetup.has(request.url.split("?")[0]!)) return;
      hasOwner = (await needs.accounts.findOwner()) !== undefined;
      if (!hasOwner) throw SetupErrors.required();
    });
    // Whoever changes an app or its keys sees it at once.
    app.addHook("onSend", async (request) => {
      if (request.method !== "GET") needs.published.forget();
    });
    app.setErrorHandler((raw, request, reply) => {
      const error = fromFramework(raw, request.routeOptions.bodyLimit);
      if (error.kind === "defect") request.log.error({ err: raw }, "A request broke.");
      const status = statusOf(error);
      if (error.retryAfterMs !== undefined) reply.header("retry-after", Math.ceil(error.retryAfterMs / 1000));
      const { code, message, details } = error;
      return reply
        .status(status)
        .send({ code, message, status, ...(details === undefined ? {} : { details }), request_id: request.id });
    });
    const notFound = (request: FastifyRequest) => {
      throw RequestErrors["not-found"]({ what: `${request.method} ${request.url.split("?")[0]}` });
    };
    app.setNotFoundHandler(notFound);
    // The console's pages would answer otherwise.
    app.get("/console/api/*", notFound);
    app.get("/console/api/openapi.json", () => consoleOpenApi(needs.settings.version));
    accountRoutes(app, needs);
    appRoutes(app, needs);
    modelRoutes(app, needs);
    runRoutes(app, needs, open);
    repeatRunRoutes(app, needs);
    await consoleFileRoutes(app, needs);
  };
}
