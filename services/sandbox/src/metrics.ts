import { createServer, type Server } from "node:http";
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { SandboxObserver } from "./sandbox.ts";

export type SandboxMetrics = SandboxObserver & { registry: Registry };

/** @source operations, metrics */
export function createSandboxMetrics(): SandboxMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const programs = new Counter({
    name: "diwan_code_exec_total",
    help: "Programs that were run.",
    labelNames: ["lang", "outcome"],
    registers,
  });
  const seconds = new Histogram({
    name: "diwan_code_exec_duration_seconds",
    help: "Time that programs took.",
    labelNames: ["lang"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5, 15],
    registers,
  });
  return {
    registry,
    ended(lang, ending, failure, duration) {
      programs.inc({ lang, outcome: ending === "done" && failure !== "none" ? failure : ending });
      seconds.observe({ lang }, duration);
    },
  };
}

/** On a port of its own, which callers have nothing to do with. */
export function serveMetrics({ registry }: SandboxMetrics, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}
