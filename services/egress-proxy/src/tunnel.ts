import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { EgressProfile } from "@diwan/egress";
import { problem, wireText } from "./answers.ts";
import { connectToOne, NotConnected } from "./connect.ts";
import { Passage, type ProxyNeeds } from "./passage.ts";
import { parseTunnelTarget, type Target } from "./target.ts";
import { tunnelThrough, upstreamOf } from "./upstream.ts";

/** CONNECT: two connections become one, byte by byte. */
export async function openTunnel(
  needs: ProxyNeeds,
  profile: EgressProfile,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  client.on("error", () => client.destroy());
  const passage = new Passage(needs, profile, "CONNECT", request.headers["proxy-authorization"]);
  const target = parseTunnelTarget(request.url ?? "");
  const checked = await passage.check(target);
  if ("answer" in checked) return void client.end(wireText(checked.answer));
  const { limits } = passage.policy;
  try {
    const far = await connectThrough(passage, target!, checked.addresses);
    if (client.destroyed) far.destroy();
    else join(client, far, head, limits);
    const ended = () => passage.end("allowed", far.bytesRead);
    if (far.closed) ended();
    else far.once("close", ended);
  } catch (error) {
    if (!(error instanceof NotConnected)) throw error;
    client.end(wireText(problem(error.status)));
    passage.end("allowed", 0);
  }
}

function connectThrough({ policy }: Passage, { host, port }: Target, addresses: string[]): Promise<Socket> {
  const { limits, upstreamProxy } = policy;
  if (upstreamProxy === undefined) return connectToOne(addresses, port, limits.connectMs);
  return tunnelThrough(upstreamOf(upstreamProxy), `${host}:${port}`, limits.connectMs);
}

type Limits = { idleMs: number; totalMs: number };

function join(client: Duplex, far: Socket, head: Buffer, { idleMs, totalMs }: Limits): void {
  const cut = () => {
    client.destroy();
    far.destroy();
  };
  const timer = setTimeout(cut, totalMs);
  far.once("close", () => clearTimeout(timer));
  far.setTimeout(idleMs, cut);
  far.on("error", cut);
  client.once("close", () => far.destroy());
  far.once("close", () => client.destroy());
  client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  if (head.length > 0) far.write(head);
  client.pipe(far);
  far.pipe(client);
}
