import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { connectTo, NotConnected } from "./connect.ts";

/** A proxy of the operator's that ours goes on through. */
export type Upstream = { host: string; port: number; authorization: string | undefined };

/** @param address  As `upstream_proxy` has it. */
export function upstreamOf(address: string): Upstream {
  const url = new URL(address);
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 80 : Number(url.port),
    authorization: url.username === "" ? undefined : `Basic ${Buffer.from(pair).toString("base64")}`,
  };
}

const MAX_HEAD_BYTES = 16 * 1024;
const END = Buffer.from("\r\n\r\n");

/**
 * A tunnel through it.
 *
 * @throws NotConnected
 */
export async function tunnelThrough(upstream: Upstream, target: string, connectMs: number): Promise<Socket> {
  const endAt = performance.now() + connectMs;
  const socket = await connectTo(upstream.host, upstream.port, connectMs);
  const login = upstream.authorization === undefined ? "" : `Proxy-Authorization: ${upstream.authorization}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${login}\r\n`);
  const status = await readStatus(socket, Math.max(0, endAt - performance.now()));
  if (status === 200) return socket;
  socket.destroy();
  throw new NotConnected(502);
}

/** Reads the head of the answer and leaves the rest in the socket. */
function readStatus(socket: Socket, ms: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let head: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      socket.off("readable", read).off("error", broken).off("end", broken);
      settle();
    };
    const fail = (status: 502 | 504) => {
      socket.on("error", () => {}).destroy();
      finish(() => reject(new NotConnected(status)));
    };
    const broken = () => fail(502);
    const read = () => {
      for (let part = socket.read() as Buffer | null; part !== null; part = socket.read() as Buffer | null) {
        head = Buffer.concat([head, part]);
        const end = head.indexOf(END);
        if (end < 0 && head.length > MAX_HEAD_BYTES) return fail(502);
        if (end < 0) continue;
        const [, status = "502"] = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString("latin1", 0, end)) ?? [];
        const rest = head.subarray(end + END.length);
        return finish(() => {
          if (rest.length > 0) socket.unshift(rest);
          resolve(Number(status));
        });
      }
    };
    const timer = setTimeout(() => fail(504), ms);
    socket.on("readable", read).once("error", broken).once("end", broken);
  });
}
