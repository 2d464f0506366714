import { Lexer } from "marked";

/** Blocks at the end that may still change: a list can grow, a line can turn out to be a table's head. */
const openBlocks = 3;

/**
 * Cuts a growing text into markdown blocks. Blocks that cannot change any more are read once; only the tail is read again,
 * so that a long answer costs no more per piece than a short one.
 */
export class BlockReader {
  #text = "";
  #closed: string[] = [];
  #closedUpTo = 0;

  /** @returns The source of each block, joined they are the text; closed ones stay the same strings at the same index. */
  read(text: string): string[] {
    if (!text.startsWith(this.#text)) {
      this.#closed = [];
      this.#closedUpTo = 0;
    }
    this.#text = text;
    const tail = new Lexer({ gfm: true })
      .lex(text.slice(this.#closedUpTo))
      .map((token) => token.raw)
      .filter((raw) => raw !== "");
    const closing = tail.splice(0, Math.max(0, tail.length - openBlocks));
    this.#closed = [...this.#closed, ...closing];
    this.#closedUpTo += closing.join("").length;
    return [...this.#closed, ...tail];
  }
}

const openable: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);

/** A link that may be followed; undefined for `javascript:` and its kin. */
export function safeAddress(address: string): string | undefined {
  try {
    return openable.has(new URL(address, "https://here.invalid/").protocol) ? address : undefined;
  } catch {
    return undefined;
  }
}
