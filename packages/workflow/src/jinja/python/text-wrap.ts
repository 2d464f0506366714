import { valueError } from "../errors.ts";
import { trim } from "./characters.ts";
import { characters, countCharacters } from "./code-points.ts";

type WrapOptions = { width: number; breakLongWords: boolean; breakOnHyphens: boolean };

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

/** Cuts after a hyphen between parts of two letters, and around a dash made of several hyphens. */
function splitAtHyphens(word: string): string[] {
  if (!word.includes("-")) return [word];
  const letters = characters(word);
  const parts: string[] = [];
  let start = 0;
  const cut = (end: number) => {
    parts.push(letters.slice(start, end).join(""));
    start = end;
  };
  for (let index = 1; index < letters.length; index++) {
    if (letters[index] !== "-") continue;
    const end = dashEnd(letters, index);
    if (end !== undefined) {
      if (index > start) cut(index);
      cut(end);
      index = end - 1;
    } else if (index > start && joinsLetters(letters, index)) cut(index + 1);
  }
  if (start < letters.length) cut(letters.length);
  return parts;
}

/** Where the dash that starts here ends; undefined where there is none. */
function dashEnd(letters: string[], start: number): number | undefined {
  let end = start;
  while (letters[end] === "-") end++;
  const isDash =
    end - start >= 2 && /[\p{L}\p{N}_!"'&.,?]/u.test(letters[start - 1]!) && /[\p{L}\p{N}_]/u.test(letters[end] ?? " ");
  return isDash ? end : undefined;
}

function joinsLetters(letters: string[], hyphen: number): boolean {
  const isLetter = (index: number) => /[\p{L}_]/u.test(letters[index] ?? " ");
  const isPair = (near: number, far: number, beyond: number) =>
    isLetter(near) && (isLetter(far) || (letters[far] === "-" && isLetter(beyond)));
  return isPair(hyphen - 1, hyphen - 2, hyphen - 3) && isPair(hyphen + 1, hyphen + 2, hyphen + 3);
}

function isBlank(text: string): boolean {
  return trim(text) === "";
}
