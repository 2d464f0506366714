import { createServer, type Server } from "node:http";
import type { Metrics } from "@diwan/kernel/node";

type Needs = { metrics: Metrics; readiness(): Promise<string | undefined>; warnings: readonly string[] };

/** Health and figures of a process that answers nothing else. */
export async function startHealthServer(needs: Needs, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    answer(needs, request.url ?? "/").then(
      ({ status, type, body }) => response.writeHead(status, { "content-type": type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}

async function answer(
  { metrics, readiness, warnings }: Needs,
  path: string,
): Promise<{ status: number; type: string; body: string }> {
  const json = (status: number, body: object) => ({ status, type: "application/json", body: JSON.stringify(body) });
  switch (path) {
    case "/healthz":
      return json(200, { status: "ok" });
    case "/readyz":
    case "/startupz": {
      const missing = await readiness();
      if (missing !== undefined) return json(503, { status: "not ready", missing });
      return json(200, warnings.length === 0 ? { status: "ready" } : { status: "ready", warnings });
    }
    case "/metrics":
      return { status: 200, type: metrics.registry.contentType, body: await metrics.registry.metrics() };
    default:
      return json(404, { status: "nothing here" });
  }
}
