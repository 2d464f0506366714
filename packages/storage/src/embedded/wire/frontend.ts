/** Messages a client sends. @source https://www.postgresql.org/docs/current/protocol-message-formats.html */

export const frontendType = {
  bind: 0x42,
  close: 0x43,
  describe: 0x44,
  flush: 0x48,
  parse: 0x50,
  query: 0x51,
  sync: 0x53,
  terminate: 0x58,
} as const;

/** Codes that stand where a first packet has its protocol version. */
export const startupCode = { cancel: 80877102, ssl: 80877103, gss: 80877104 } as const;

export function frame(type: number, body: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(5 + body.length);
  message[0] = type;
  message.writeInt32BE(4 + body.length, 1);
  message.set(body, 5);
  return message;
}

export const sync = frame(frontendType.sync, new Uint8Array(0));

export function query(sql: string): Buffer {
  return frame(frontendType.query, Buffer.from(`${sql}\0`));
}

export function closeStatement(name: string): Buffer {
  return frame(frontendType.close, Buffer.from(`S${name}\0`));
}

export function readText(message: Buffer, at: number): { text: string; end: number } {
  const end = message.indexOf(0, at);
  return { text: message.toString("utf8", at, end), end: end + 1 };
}

/** The SQL that a Query or Parse message carries; undefined for other messages. */
export function sqlOf(message: Buffer): string | undefined {
  if (message[0] === frontendType.query) return readText(message, 5).text;
  if (message[0] === frontendType.parse) return readText(message, readText(message, 5).end).text;
  return undefined;
}

/**
 * Gives a named prepared statement the name it has in the one session that all clients share.
 *
 * @param rename  Called for names that are not empty.
 */
export function renameStatement(message: Buffer, rename: (name: string) => string): Buffer {
  const at = statementNameAt(message);
  if (at === undefined) return message;
  const { text, end } = readText(message, at);
  if (text === "") return message;
  const name = Buffer.from(`${rename(text)}\0`);
  return frame(message[0]!, Buffer.concat([message.subarray(5, at), name, message.subarray(end)]));
}

function statementNameAt(message: Buffer): number | undefined {
  switch (message[0]) {
    case frontendType.parse:
      return 5;
    case frontendType.bind:
      return readText(message, 5).end;
    case frontendType.describe:
    case frontendType.close:
      return message[5] === 0x53 ? 6 : undefined;
    default:
      return undefined;
  }
}

/** Cuts a stream of bytes into messages, whatever pieces it comes in. */
export class MessageReader {
  #pieces: Buffer[] = [];
  #length = 0;

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** The next complete message, `undefined` while it is not there yet. The first packet has no type byte. */
  next(kind: "startup" | "typed"): Buffer | undefined {
    const lengthAt = kind === "typed" ? 1 : 0;
    if (this.#length < lengthAt + 4) return undefined;
    if (this.#pieces[0]!.length < lengthAt + 4) this.#join();
    const size = lengthAt + this.#pieces[0]!.readInt32BE(lengthAt);
    if (this.#length < size) return undefined;
    if (this.#pieces[0]!.length < size) this.#join();
    const first = this.#pieces[0]!;
    if (first.length === size) this.#pieces.shift();
    else this.#pieces[0] = first.subarray(size);
    this.#length -= size;
    return first.subarray(0, size);
  }

  #join(): void {
    this.#pieces = [Buffer.concat(this.#pieces)];
  }
}
