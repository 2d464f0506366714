import { Buffer } from "node:buffer";
import type { OnReadOpts, Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Pages of it that are never written to take no memory. */
const BUFFER_BYTES = 256 * 1024;

/**
 * Writes what one socket receives to another, out of one buffer that is used again and again: a stream would take a new one
 * of a quarter of the size for each read, which halves what a large answer gets through.
 */
export class HandOver {
  readonly to: Duplex;
  #from: Socket | undefined;

  constructor(to: Duplex) {
    this.to = to;
  }

  /** For `connect`. */
  get onread(): OnReadOpts {
    return {
      buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
      callback: (length, buffer) => {
        const part = (buffer as Buffer).subarray(0, length);
        const isTaken = () => this.to.writableLength === 0;
        this.to.write(part, () => {
          if (isTaken()) this.#from?.resume();
        });
        // What the system did not take at once is still in the buffer.
        return isTaken();
      },
    };
  }

  /** From now on; nothing can have arrived before, as it comes with a later turn of the event loop. */
  begin(from: Socket): void {
    this.#from = from;
    from.once("end", () => this.to.end());
  }
}
