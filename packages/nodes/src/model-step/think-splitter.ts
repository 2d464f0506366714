// A tag may carry attributes, of at most 512 characters.
const OPENING = /<think(?:\s[^>]{0,512})?>/i;
const CLOSING = /<\/think>/i;
const LONGEST_OPENING = "<think".length + 1 + 512 + 1;

export type SplitPiece = { kind: "text" | "reasoning"; text: string };

/** Tells reasoning in `<think>` tags from the answer while both stream in. The tags themselves come out nowhere. */
export class ThinkSplitter {
  #held = "";
  #inside = false;

  push(text: string): SplitPiece[] {
    this.#held += text;
    const pieces: SplitPiece[] = [];
    for (;;) {
      const match = (this.#inside ? CLOSING : OPENING).exec(this.#held);
      if (match === null) break;
      this.#give(pieces, this.#held.slice(0, match.index));
      this.#held = this.#held.slice(match.index + match[0].length);
      this.#inside = !this.#inside;
    }
    const keep = this.#undecided();
    this.#give(pieces, this.#held.slice(0, this.#held.length - keep));
    this.#held = this.#held.slice(this.#held.length - keep);
    return pieces;
  }

  /** What is left at the end; a block that was never closed is reasoning. */
  end(): SplitPiece[] {
    const pieces: SplitPiece[] = [];
    this.#give(pieces, this.#held);
    this.#held = "";
    return pieces;
  }

  #give(pieces: SplitPiece[], text: string): void {
    if (text !== "") pieces.push({ kind: this.#inside ? "reasoning" : "text", text });
  }

  /** Length of the end that could still become a tag; it is held back until that is decided. */
  #undecided(): number {
    const from = this.#held.lastIndexOf("<");
    if (from < 0) return 0;
    const tail = this.#held.slice(from).toLowerCase();
    if (tail.includes(">")) return 0;
    const tag = this.#inside ? "</think>" : "<think";
    const possible = tag.startsWith(tail) || (!this.#inside && /^<think\s/.test(tail) && tail.length < LONGEST_OPENING);
    return possible ? tail.length : 0;
  }
}

const BLOCK = /<think(?:\s[^>]{0,512})?>([\s\S]*?)(?:<\/think>|$)/gi;

/** The stored text and reasoning of a whole answer: runs of blank lines are one, ends are trimmed. */
export function separateReasoning(answer: string): { text: string; reasoning: string } {
  const blocks = [...answer.matchAll(BLOCK)].map((match) => match[1]!.trim()).filter((block) => block !== "");
  const text = answer
    .replace(BLOCK, "")
    .replace(/\n\s*\n/g, "\n\n")
    .trim();
  return { text, reasoning: blocks.join("\n") };
}
