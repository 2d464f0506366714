import { connect, type OnReadOpts, type Socket } from "node:net";

/** The connection did not come about; `status` is what the client is told. */
export class NotConnected extends Error {
  readonly status: 502 | 504;

  constructor(status: 502 | 504) {
    super(`not connected: ${status}`);
    this.status = status;
  }
}

/** For an address after which there are others. */
const ADDRESS_MS = 2_000;

/**
 * Connects to one of these addresses, in their order.
 *
 * @param addresses  Those that were checked. Never a name: it would be looked up again.
 * @param connectMs  For all of them together.
 * @param onread  Takes what arrives in place of the socket's stream.
 * @throws NotConnected
 */
export async function connectToOne(
  addresses: readonly string[],
  port: number,
  connectMs: number,
  onread?: OnReadOpts,
): Promise<Socket> {
  const endAt = performance.now() + connectMs;
  let failure = new NotConnected(502);
  for (const [place, address] of addresses.entries()) {
    const leftMs = Math.max(0, endAt - performance.now());
    const isLast = place === addresses.length - 1;
    try {
      return await connectTo(address, port, isLast ? leftMs : Math.min(ADDRESS_MS, leftMs), onread);
    } catch (error) {
      failure = error as NotConnected;
    }
  }
  throw failure;
}

/** @param host  An address, or the name of a proxy that the operator set up. */
export function connectTo(host: string, port: number, ms: number, onread?: OnReadOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const reading = onread === undefined ? {} : { onread };
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, ...reading });
    const end = (status: 502 | 504) => {
      socket.on("error", () => {}).destroy();
      reject(new NotConnected(status));
    };
    const timer = setTimeout(() => end(504), ms);
    socket.once("error", () => {
      clearTimeout(timer);
      end(502);
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}
