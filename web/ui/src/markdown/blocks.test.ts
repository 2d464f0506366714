import { describe, expect, it } from "vitest";
import { BlockReader, safeAddress } from "./blocks.ts";

const answer = "# Title\n\nOne.\n\n- a\n- b\n\nTwo.\n\n| x | y |\n| - | - |\n| 1 | 2 |\n\nEnd.";

describe("reading a growing answer", () => {
  it("cuts it the same whether it comes at once or letter by letter", () => {
    const growing = new BlockReader();
    let last: string[] = [];
    for (let end = 1; end <= answer.length; end += 1) last = growing.read(answer.slice(0, end));
    expect(last.join("")).toBe(answer);
    expect(last.map((raw) => raw.trim()).filter(Boolean)).toEqual(
      new BlockReader()
        .read(answer)
        .map((raw) => raw.trim())
        .filter(Boolean),
    );
  });

  it("keeps closed blocks as the same text at the same place", () => {
    const reader = new BlockReader();
    const [first] = reader.read(answer.slice(0, 40));
    expect(reader.read(answer)[0]).toBe(first);
  });

  it("starts anew when the text is replaced", () => {
    const reader = new BlockReader();
    reader.read(answer);
    expect(reader.read("Removed.")).toEqual(["Removed."]);
  });
});

it("follows only web, mail and telephone links", () => {
  expect(["https://a.example", "mailto:a@b.c", "/docs"].map(safeAddress)).toEqual([
    "https://a.example",
    "mailto:a@b.c",
    "/docs",
  ]);
  expect(["javascript:alert(1)", "data:text/html,x", "https://["].map(safeAddress)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
