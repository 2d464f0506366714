import type { FastifyReply, FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    /** Answered with a stream of events. */
    isStream: boolean;
  }
}

/** What counts of a request. Whoever left before the answer began is counted as the caller's doing. */
export function requestLabels(request: FastifyRequest, { raw: response }: FastifyReply) {
  const status = response.headersSent ? `${Math.floor(response.statusCode / 100)}xx` : "4xx";
  return { component: "api", route: request.routeOptions.url ?? "none", method: request.method, status };
}
