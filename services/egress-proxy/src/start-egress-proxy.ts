import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ClientCount, createListener } from "./listener.ts";
import type { ProxyNeeds } from "./passage.ts";

export type ProxyPlace = { host: string; untrustedPort: number; platformPort: number };

export type EgressProxy = {
  untrustedPort: number;
  platformPort: number;
  /** Takes no more connections, and cuts those that are still open after the grace time. */
  close(graceMs?: number): Promise<void>;
};

/** Listens for both profiles; port 0 takes a free one. */
export async function startEgressProxy(needs: ProxyNeeds, place: ProxyPlace): Promise<EgressProxy> {
  const clients = new ClientCount();
  const open = new Set<Socket>();
  const listeners = [createListener(needs, "untrusted", clients), createListener(needs, "platform", clients)] as const;
  for (const server of listeners) {
    server.on("connection", (socket) => {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
    });
  }
  const close = async (graceMs = 0) => {
    const closed = listeners.map((server) => new Promise((done) => server.close(done)));
    for (const server of listeners) server.closeIdleConnections();
    const leaving = new AbortController();
    await Promise.race([
      Promise.all([...open].map((socket) => new Promise((done) => socket.once("close", done)))),
      sleep(graceMs, undefined, { signal: leaving.signal }).catch(() => {}),
    ]);
    leaving.abort();
    for (const socket of open) socket.destroy();
    await Promise.all(closed);
  };
  try {
    const [untrustedPort, platformPort] = [
      await listen(listeners[0], place.host, place.untrustedPort),
      await listen(listeners[1], place.host, place.platformPort),
    ];
    return { untrustedPort, platformPort, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
