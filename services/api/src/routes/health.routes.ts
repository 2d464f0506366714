import type { FastifyInstance } from "fastify";
import type { ApiNeeds } from "../needs.ts";

/** Whether the process lives, whether it can answer, and its figures. */
export function healthRoutes(app: FastifyInstance, needs: ApiNeeds): void {
  const alive = () => ({ status: "ok", version: needs.settings.version });
  app.get("/healthz", alive);
  app.get("/health", alive);
  const ready = { status: "ready" };
  const look = async () => {
    const missing = await needs.readiness();
    return missing === undefined
      ? { status: 200, body: needs.warnings.length === 0 ? ready : { ...ready, warnings: needs.warnings } }
      : { status: 503, body: { status: "not ready", missing } };
  };
  for (const path of ["/readyz", "/startupz"]) {
    app.get(path, async (_request, reply) => {
      const { status, body } = await look();
      return reply.status(status).send(body);
    });
  }
  app.get("/metrics", async (_request, reply) => {
    return reply.type(needs.metrics.registry.contentType).send(await needs.metrics.registry.metrics());
  });
}
