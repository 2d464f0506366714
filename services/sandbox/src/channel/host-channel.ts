import { readSync, writeSync } from "node:fs";
import { type Frame, type FrameKind, frameHeader, HEADER_BYTES } from "./frame.ts";

/**
 * A host's end: everything is done when a call returns, because a host does one thing at a time and its event loop does not
 * turn while a program runs.
 */
export class HostChannel {
  readonly #descriptor: number;

  /** @param descriptor  Of a socket to the service; not one of those that a program may write to. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Waits for the next frame; undefined once the service is gone. */
  read(): Frame | undefined {
    const header = this.#readBytes(HEADER_BYTES);
    if (header === undefined) return undefined;
    const body = this.#readBytes(header.readUInt32BE(0));
    return body === undefined ? undefined : { kind: header[4] as FrameKind, body };
  }

  write(kind: FrameKind, body: Uint8Array): void {
    this.#writeBytes(frameHeader(kind, body.length));
    this.#writeBytes(body);
  }

  writeJson(kind: FrameKind, value: unknown): void {
    this.write(kind, Buffer.from(JSON.stringify(value)));
  }

  #readBytes(count: number): Buffer | undefined {
    const bytes = Buffer.allocUnsafe(count);
    for (let read = 0; read < count; ) {
      const more = readSync(this.#descriptor, bytes, read, count - read, null);
      if (more === 0) return undefined;
      read += more;
    }
    return bytes;
  }

  #writeBytes(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.#descriptor, bytes, written, bytes.length - written);
    }
  }
}
