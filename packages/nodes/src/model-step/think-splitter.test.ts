import { expect, it } from "vitest";
import { separateReasoning, ThinkSplitter } from "./think-splitter.ts";

function split(pieces: readonly string[]): { text: string; reasoning: string } {
  const splitter = new ThinkSplitter();
  const out = [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
  const join = (kind: string) => out.flatMap((piece) => (piece.kind === kind ? [piece.text] : [])).join("");
  return { text: join("text"), reasoning: join("reasoning") };
}

it("tells reasoning from text, however the stream is cut", () => {
  const whole = 'Before <think lang="en">let me see</think>after <b>bold</b> 1 < 2';
  for (let size = 1; size <= whole.length; size += 1) {
    const pieces = whole.match(new RegExp(`[\\s\\S]{1,${size}}`, "g"))!;
    expect(split(pieces)).toEqual({ text: "Before after <b>bold</b> 1 < 2", reasoning: "let me see" });
  }
});

it("passes text on at once unless it could become a tag", () => {
  const splitter = new ThinkSplitter();
  expect(splitter.push("Hello <")).toEqual([{ kind: "text", text: "Hello " }]);
  expect(splitter.push("b>")).toEqual([{ kind: "text", text: "<b>" }]);
});

it("counts a block that was never closed as reasoning", () => {
  expect(split(["<think>still ", "thinking"])).toEqual({ text: "", reasoning: "still thinking" });
  expect(separateReasoning("<think>still thinking")).toEqual({ text: "", reasoning: "still thinking" });
});

it("stores the blocks joined by lines, and the text without them and without piled-up blank lines", () => {
  const answer = "<think> one </think>\n\n\nHi\n\n\n\nthere<THINK>two</THINK>\n";
  expect(separateReasoning(answer)).toEqual({ text: "Hi\n\nthere", reasoning: "one\ntwo" });
});
