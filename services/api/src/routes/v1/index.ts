import { asDiwanError } from "@diwan/kernel";
import { parseJson, stringifyJson, type Value } from "@diwan/workflow";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { fromFramework } from "../../http/errors.ts";
import type { OpenAnswers } from "../../http/open-answers.ts";
import type { ApiNeeds } from "../../needs.ts";
import { v1Error } from "../../presenters/v1-error.ts";
import { chatMessageRoutes } from "./chat-messages.routes.ts";
import { descriptorRoutes } from "./descriptors.routes.ts";
import { V1Errors } from "./errors.ts";
import { fileUploadRoutes } from "./files.routes.ts";
import { humanInputRoutes } from "./human-input.routes.ts";
import { workflowRunRoutes } from "./workflow-runs.routes.ts";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers":
    "Content-Type, Authorization, X-App-Code, Idempotency-Key, Last-Event-ID, X-Stream-Ids",
  "access-control-allow-methods": "GET, PUT, POST, DELETE, OPTIONS, PATCH",
};

/** The service API under `/v1`: frozen routes, events and error codes. */
export function v1Routes(needs: ApiNeeds, open: OpenAnswers) {
  return async (app: FastifyInstance): Promise<void> => {
    // Numbers keep their kind on the way in: 5 and 5.0 are different to a template.
    // Whole numbers beyond 2^53 go out as they came in.
    app.setReplySerializer((payload) => stringifyJson(payload as Value));
    app.removeContentTypeParser("application/json");
    app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
      try {
        done(null, parseJson(body as string));
      } catch (error) {
        done(Object.assign(asDiwanError(error), { statusCode: 400 }));
      }
    });
    app.addHook("onRequest", async (request, reply) => {
      reply.headers({ ...CORS, "x-version": needs.settings.version, "x-env": "PRODUCTION" });
      if (request.method === "OPTIONS") return reply.status(204).send();
      return undefined;
    });
    app.setErrorHandler((raw, request, reply) => {
      const error = fromFramework(raw, request.routeOptions.bodyLimit);
      if (error.kind === "defect") request.log.error({ err: raw }, "A request broke.");
      const body = v1Error(error);
      if (body.status === 401) reply.header("www-authenticate", 'Bearer realm="api"');
      if (error.retryAfterMs !== undefined) reply.header("retry-after", Math.ceil(error.retryAfterMs / 1000));
      return reply.status(body.status).send(body);
    });
    const paths: RegExp[] = [];
    app.addHook("onRoute", ({ url }) => {
      if (!url.endsWith("*")) paths.push(new RegExp(`^${url.replaceAll(/:\w+/g, "[^/]+")}/?$`));
    });
    const notFound = (request: FastifyRequest) => {
      const path = request.url.split("?")[0]!;
      const what = `${request.method} ${path}`;
      const exists = paths.some((pattern) => pattern.test(path.replaceAll(/\/+/g, "/")));
      throw V1Errors[exists ? "method-not-allowed" : "no-such-route"]({ what });
    };
    app.setNotFoundHandler(notFound);
    // The console's pages would answer otherwise.
    app.get("/*", notFound);
    descriptorRoutes(app, needs);
    workflowRunRoutes(app, needs, open);
    chatMessageRoutes(app, needs, open);
    humanInputRoutes(app, needs);
    await fileUploadRoutes(app, needs);
    app.options("/*", (_request, reply) => reply.status(204).send());
  };
}
