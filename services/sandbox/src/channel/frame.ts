/** What a host and the service tell each other. Whatever a program prints travels in frames of its own kind, as bytes. */
export const frameKinds = {
  /** To a host: a `RunOrder` in JSON. */
  run: 1,
  /** From a host, once and without a body: it is sealed and takes programs. */
  ready: 2,
  stdout: 3,
  stderr: 4,
  /** From a host: a `RunOutcome` in JSON. */
  done: 5,
} as const;

export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds];

export type Frame = { kind: FrameKind; body: Uint8Array };

/** Length of the body in four bytes, big-endian, and the kind in one. */
export const HEADER_BYTES = 5;

export function frameHeader(kind: FrameKind, bodyBytes: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32BE(bodyBytes, 0);
  header[4] = kind;
  return header;
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  readonly #mostBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** @param mostBytes  Of one body; whoever announces more is not heard any further. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** @throws RangeError for a body beyond the limit, and for a kind that does not exist. */
  *push(chunk: Buffer): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes >= HEADER_BYTES) {
      const header = this.#first(HEADER_BYTES);
      const bodyBytes = header.readUInt32BE(0);
      const kind = header[4] as FrameKind;
      if (bodyBytes > this.#mostBytes) throw new RangeError(`A frame of ${bodyBytes} bytes.`);
      if (kind < frameKinds.run || kind > frameKinds.done) throw new RangeError(`A frame of kind ${kind}.`);
      if (this.#bytes < HEADER_BYTES + bodyBytes) return;
      const whole = this.#first(HEADER_BYTES + bodyBytes);
      this.#chunks[0] = whole.subarray(HEADER_BYTES + bodyBytes);
      this.#bytes -= HEADER_BYTES + bodyBytes;
      yield { kind, body: whole.subarray(HEADER_BYTES, HEADER_BYTES + bodyBytes) };
    }
  }

  /** The first chunk, made long enough. */
  #first(bytes: number): Buffer {
    if (this.#chunks[0]!.length < bytes) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }
}
