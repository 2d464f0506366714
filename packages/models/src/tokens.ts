/** Longest piece counted at once: byte-pair encoding of long unbroken text takes time without bound. */
const SLICE_CHARACTERS = 1_000;

type Count = (text: string) => number;
let counter: Promise<Count> | undefined;

/**
 * Tokens of a text in the o200k encoding. An estimate for models that use another one; the tables are loaded on first
 * use, they are large.
 */
export async function countTokens(text: string): Promise<number> {
  counter ??= import("gpt-tokenizer/encoding/o200k_base").then(({ countTokens: count }) => count as Count);
  const count = await counter;
  let tokens = 0;
  for (let from = 0; from < text.length; from += SLICE_CHARACTERS)
    tokens += count(text.slice(from, from + SLICE_CHARACTERS));
  return tokens;
}
