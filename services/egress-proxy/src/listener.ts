import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { EgressProfile } from "@diwan/egress";
import { problem, wireText } from "./answers.ts";
import type { ProxyNeeds } from "./passage.ts";
import { give, passOn } from "./plain-request.ts";
import { openTunnel } from "./tunnel.ts";

/** Heads may hold long cookies and tokens; four times what Node takes by itself. */
const MAX_HEAD_BYTES = 64 * 1024;

/** Connections of each client address, counted over both listeners. */
export class ClientCount {
  readonly #open = new Map<string, number>();

  /** @returns How many there are with this one. */
  add(socket: Socket): number {
    const client = socket.remoteAddress ?? "";
    const count = (this.#open.get(client) ?? 0) + 1;
    this.#open.set(client, count);
    socket.once("close", () => {
      const left = this.#open.get(client)! - 1;
      if (left === 0) this.#open.delete(client);
      else this.#open.set(client, left);
    });
    return count;
  }
}

/** A proxy for one profile, not yet listening. */
export function createListener(needs: ProxyNeeds, profile: EgressProfile, clients: ClientCount): Server {
  const server = createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    noDelay: true,
    requestTimeout: needs.policy().limits.totalMs,
  });
  const tooMany = new WeakSet<Duplex>();
  server.on("connection", (socket) => {
    if (clients.add(socket) > needs.policy().limits.perClient) tooMany.add(socket);
  });
  server.on("request", (request, response) => {
    if (tooMany.has(request.socket)) give(response, problem(429));
    else passOn(needs, profile, request, response).catch(() => response.destroy());
  });
  server.on("connect", (request, socket, head) => {
    if (tooMany.has(socket)) socket.end(wireText(problem(429)));
    else openTunnel(needs, profile, request, socket, head).catch(() => socket.destroy());
  });
  server.on("clientError", (_, socket) => {
    if (socket.writable) socket.end(wireText(problem(400)));
    else socket.destroy();
  });
  return server;
}
