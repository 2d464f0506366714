/**
 * Python's upper case for the first letter of a word. Differs from `toUpperCase` for digraphs (ǆ → ǅ), for letters that become
 * several (ß → Ss, ﬁ → Fi), for Greek with an iota below and for Georgian, which stays as it is.
 */
function titleCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x80) return character.toUpperCase();
  if (code >= 0x1c4 && code <= 0x1cc)
    return String.fromCodePoint(code <= 0x1c6 ? 0x1c5 : code <= 0x1c9 ? 0x1c8 : 0x1cb);
  if (code >= 0x1f1 && code <= 0x1f3) return "\u01f2";
  if ((code >= 0x10d0 && code <= 0x10ff) || (code >= 0x1f80 && code <= 0x1fff)) return titleFromTable(code, character);
  const upper = Array.from(character.toUpperCase());
  return upper[0] + upper.slice(1).join("").toLowerCase();
}

function titleFromTable(code: number, character: string): string {
  if (code <= 0x10ff && code >= 0x10d0) return character;
  if (code <= 0x1faf) return String.fromCodePoint(code | 8);
  const upper: Record<number, number> = { 8115: 0x1fbc, 8131: 0x1fcc, 8179: 0x1ffc };
  const single = upper[code];
  if (single !== undefined) return String.fromCodePoint(single);
  const parts = Array.from(character.toUpperCase());
  return parts[0] + parts.slice(1).join("").toLowerCase().replaceAll("\u03b9", "\u0345");
}

/** Python's `str.capitalize`. */
export function capitalize(text: string): string {
  const [first = ""] = text;
  return first === "" ? "" : titleCharacter(first) + lowerAfter(first, text.slice(first.length));
}

// Lower case looks at its surroundings: a sigma at the end of a word has a form of its own.
function lowerAfter(before: string, rest: string): string {
  const lowered = (before + rest).toLowerCase();
  return lowered.slice(before.toLowerCase().length);
}

/** Python's `str.title`: every letter after something that has no case starts a word. */
export function titleCase(text: string): string {
  return text.replace(words, (word) => capitalize(word));
}

const words = /[\p{Lowercase}\p{Uppercase}\p{Lt}]+/gu;

/** Python's `str.swapcase`. */
export function swapCase(text: string): string {
  return text.replace(/\p{Uppercase}|\p{Lowercase}/gu, (character, at: number) => {
    if (character === "\u03a3") return lowerSigma(text, at);
    return /\p{Uppercase}/u.test(character) ? character.toLowerCase() : character.toUpperCase();
  });
}

function lowerSigma(text: string, at: number): string {
  return text.toLowerCase()[text.slice(0, at).toLowerCase().length]!;
}

const cased = /[\p{Lowercase}\p{Uppercase}\p{Lt}]/u;

export function isUpper(text: string): boolean {
  return cased.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}

export function isLower(text: string): boolean {
  return cased.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

/** Python's `str.istitle`. */
export function isTitle(text: string): boolean {
  let inWord = false;
  let found = false;
  for (const character of text) {
    const upper = /[\p{Uppercase}\p{Lt}]/u.test(character);
    const lower = /\p{Lowercase}/u.test(character);
    if ((upper && inWord) || (lower && !inWord)) return false;
    inWord = upper || lower;
    found ||= inWord;
  }
  return found;
}
