const SECTION_GLOBAL = 6;
const END = 0x0b;

/** How many globals a WebAssembly module defines that may change: state outside its memory. */
export function mutableGlobals(module: Uint8Array): number {
  const reader = new Reader(module, 8);
  while (!reader.atEnd) {
    const section = reader.byte();
    const bytes = reader.unsigned();
    if (section !== SECTION_GLOBAL) {
      reader.skip(bytes);
      continue;
    }
    let mutable = 0;
    for (let left = reader.unsigned(); left > 0; left -= 1) {
      reader.byte();
      mutable += reader.byte();
      skipConstant(reader);
    }
    return mutable;
  }
  return 0;
}

/** An initial value: one constant instruction or a few that add up. */
function skipConstant(reader: Reader): void {
  for (;;) {
    const instruction = reader.byte();
    if (instruction === END) return;
    if (instruction === 0x41 || instruction === 0x42) reader.signed();
    else if (instruction === 0x43) reader.skip(4);
    else if (instruction === 0x44) reader.skip(8);
    else if (instruction === 0x23 || instruction === 0xd2) reader.unsigned();
    else if (instruction === 0xd0) reader.byte();
    else if (![0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e].includes(instruction)) {
      throw new Error(`A global begins with the unknown instruction ${instruction}.`);
    }
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++]!;
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** LEB128. */
  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  signed(): void {
    while (this.byte() >= 0x80);
  }
}
