import { WRAPPER_NAME } from "./program.ts";

/** Longer texts of failures are cut in the middle: they are kept with the run and shown to people. */
const MAX_ERROR_CHARACTERS = 20_000;

type Author = {
  language: "python3" | "javascript";
  /** Of the author's code, which comes first in the program. */
  lines: number;
};

/** A failure as its author can use it: without what stands in tracebacks of the lines around their code. */
export function withOwnLines(error: string, author: Author): string {
  const lines = error.replaceAll("\r\n", "\n").split("\n");
  const kept = author.language === "python3" ? pythonLines(lines, author.lines) : javascriptLines(lines, author.lines);
  return cut(kept.join("\n").trimEnd());
}

function cut(text: string): string {
  const over = text.length - MAX_ERROR_CHARACTERS;
  if (over <= 0) return text;
  const half = MAX_ERROR_CHARACTERS / 2;
  return `${text.slice(0, half)}\n… (${over} more characters)\n${text.slice(-half)}`;
}

const tracebackHead = "Traceback (most recent call last):";
const pythonFrame = /^ {2}File "(.*)", line (\d+)(?:, in (.*))?$/;

type Frame = { file: string; line: number; name: string | undefined; lines: string[] };

/** Each traceback of a chain by itself; a syntax error has a frame without a traceback. */
function pythonLines(lines: readonly string[], authorLines: number): string[] {
  const kept: string[] = [];
  for (let place = 0; place < lines.length; ) {
    const isHead = lines[place] === tracebackHead;
    const { frames, next } = framesAt(lines, isHead ? place + 1 : place);
    if (frames.length === 0) {
      kept.push(lines[place]!);
      place += 1;
      continue;
    }
    const own = ownFrames(frames, authorLines);
    if (isHead && own.some(({ name }) => name !== undefined)) kept.push(tracebackHead);
    for (const frame of own) kept.push(...frame.lines);
    place = next;
  }
  return kept;
}

/** Frames that follow each other from there on, each with the source that is printed below it. */
function framesAt(lines: readonly string[], from: number): { frames: Frame[]; next: number } {
  const frames: Frame[] = [];
  let next = from;
  for (; next < lines.length; next += 1) {
    const line = lines[next]!;
    const found = pythonFrame.exec(line);
    if (found !== null) frames.push({ file: found[1]!, line: Number(found[2]), name: found[3], lines: [line] });
    else if (frames.length > 0 && /^ {2}(?: {2}|\[)/.test(line)) frames.at(-1)!.lines.push(line);
    else break;
  }
  return { frames, next };
}

/** What the wrapper called, if that is the author's; what goes wrong in the wrapper itself has no frame worth showing. */
function ownFrames(frames: readonly Frame[], authorLines: number): readonly Frame[] {
  const wrapper = frames.findLastIndex(({ name }) => name === WRAPPER_NAME);
  const called = frames.slice(wrapper + 1);
  if (wrapper >= 0) {
    const { file } = frames[wrapper]!;
    return called[0]?.file === file ? called : [];
  }
  // The last frame of a program that cannot be read: its line is the wrapper's where the author's code has no end.
  return frames.filter(({ name, line }) => name !== undefined || line <= authorLines);
}

const javascriptFrame = /^\s+at .*?([^\s(]*?)(?::(\d+))?(?::\d+)?\)?$/;

/**
 * Frames of the wrapper and of what called it are left out. Above its message Node also prints the line that threw; where that
 * is the wrapper's, it goes too: it holds all inputs.
 */
function javascriptLines(lines: readonly string[], authorLines: number): string[] {
  const kept: string[] = [];
  for (let place = 0; place < lines.length; place += 1) {
    const line = lines[place]!;
    const source = /^\S.*:(\d+)$/.exec(line);
    const caret =
      source === null ? -1 : lines.findIndex((one, at) => at > place && at <= place + 3 && /^\s*\^+$/.test(one));
    if (caret >= 0 && Number(source![1]) > authorLines) {
      place = lines[caret + 1] === "" ? caret + 1 : caret;
      continue;
    }
    if (!isForeignFrame(line, authorLines)) kept.push(line);
  }
  return kept;
}

function isForeignFrame(text: string, authorLines: number): boolean {
  const frame = javascriptFrame.exec(text);
  if (frame === null) return false;
  const [, file = "", line] = frame;
  if (text.includes(WRAPPER_NAME) || file.startsWith("node:") || /^\s+at <eval>/.test(text)) return true;
  return line !== undefined && Number(line) > authorLines;
}
