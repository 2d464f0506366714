import { unsupported, valueError } from "../errors.ts";
import { trim } from "./characters.ts";
import { characters, countCharacters } from "./code-points.ts";

export type WrapOptions = { width: number; breakLongWords: boolean; breakOnHyphens: boolean };

/** Breaks one line into lines of at most `width` characters, as Python's `textwrap.wrap` does with its other defaults. */
export function wrapLine(line: string, options: WrapOptions): string[] {
  if (options.width <= 0) throw valueError("The width of a text has to be positive.");
  const chunks = chunksOf(line, options.breakOnHyphens).reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    if (lines.length > 0 && isBlank(chunks.at(-1)!)) chunks.pop();
    const current = fill(chunks, options);
    if (current.length > 0 && isBlank(current.at(-1)!)) current.pop();
    if (current.length > 0) lines.push(current.join(""));
  }
  return lines;
}

/** Takes chunks from the end of the list as long as they fit; cuts one that would not fit on any line. */
function fill(chunks: string[], { width, breakLongWords, breakOnHyphens }: WrapOptions): string[] {
  const current: string[] = [];
  let used = 0;
  while (chunks.length > 0) {
    const size = countCharacters(chunks.at(-1)!);
    if (used + size > width) break;
    current.push(chunks.pop()!);
    used += size;
  }
  const next = chunks.at(-1);
  if (next === undefined || countCharacters(next) <= width) return current;
  if (breakLongWords) {
    const letters = characters(next);
    const end = cutPosition(letters, width - used, breakOnHyphens);
    current.push(letters.slice(0, end).join(""));
    chunks[chunks.length - 1] = letters.slice(end).join("");
  } else if (current.length === 0) current.push(chunks.pop()!);
  return current;
}

function cutPosition(letters: string[], room: number, breakOnHyphens: boolean): number {
  if (!breakOnHyphens || letters.length <= room) return room;
  const hyphen = letters.slice(0, room).lastIndexOf("-");
  return hyphen > 0 && letters.slice(0, hyphen).some((letter) => letter !== "-") ? hyphen + 1 : room;
}

/** Words and the space between them; words are cut after hyphens that join parts of at least two letters. */
function chunksOf(line: string, breakOnHyphens: boolean): string[] {
  const parts = line.match(/[\t\n\v\f\r ]+|[^\t\n\v\f\r ]+/g) ?? [];
  return breakOnHyphens ? parts.flatMap(splitAtHyphens) : parts;
}

function splitAtHyphens(word: string): string[] {
  if (!word.includes("-")) return [word];
  if (word.includes("--") && !/^-+$/.test(word)) throw unsupported("Wrapping a text with dashes made of hyphens");
  const letters = characters(word);
  const isLetter = (index: number) => /[\p{L}_]/u.test(letters[index] ?? " ");
  const parts: string[] = [];
  let start = 0;
  letters.forEach((letter, index) => {
    if (letter !== "-" || index - start < 2) return;
    const before = isLetter(index - 1) && (isLetter(index - 2) || (letters[index - 2] === "-" && isLetter(index - 3)));
    const after = isLetter(index + 1) && (isLetter(index + 2) || (letters[index + 2] === "-" && isLetter(index + 3)));
    if (!before || !after) return;
    parts.push(letters.slice(start, index + 1).join(""));
    start = index + 1;
  });
  return [...parts, letters.slice(start).join("")];
}

function isBlank(text: string): boolean {
  return trim(text) === "";
}
