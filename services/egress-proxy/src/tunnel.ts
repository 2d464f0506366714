import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { EgressProfile } from "@diwan/egress";
import { problem, wireText } from "./answers.ts";
import { connectToOne, NotConnected } from "./connect.ts";
import { HandOver } from "./hand-over.ts";
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
    const handOver = new HandOver(client);
    const [far, back] = await connectThrough(passage, target!, checked.addresses, handOver);
    if (client.destroyed) far.destroy();
    else join(client, far, head, back, limits);
    const ended = () => passage.end("allowed", far.bytesRead);
    if (far.closed) ended();
    else far.once("close", ended);
  } catch (error) {
    if (!(error instanceof NotConnected)) throw error;
    client.end(wireText(problem(error.status)));
    passage.end("allowed", 0);
  }
}

/** With the connection, how what comes from it goes back. */
type Way = [far: Socket, back: () => void];

async function connectThrough(
  { policy }: Passage,
  { host, port }: Target,
  addresses: string[],
  handOver: HandOver,
): Promise<Way> {
  const { limits, upstreamProxy } = policy;
  if (upstreamProxy === undefined) {
    const far = await connectToOne(addresses, port, limits.connectMs, handOver.onread);
    return [far, () => handOver.begin(far)];
  }
  const far = await tunnelThrough(upstreamOf(upstreamProxy), `${host}:${port}`, limits.connectMs);
  return [far, () => far.pipe(handOver.to)];
}

type Limits = { idleMs: number; totalMs: number };

function join(client: Duplex, far: Socket, head: Buffer, back: () => void, { idleMs, totalMs }: Limits): void {
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
  back();
}
