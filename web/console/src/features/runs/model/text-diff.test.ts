import { describe, expect, it } from "vitest";
import { diffTexts } from "./text-diff.ts";

const marked = (before: string, after: string) =>
  diffTexts(before, after)
    .map(({ kind, text }) => (kind === "same" ? text : kind === "gone" ? `[-${text}]` : `[+${text}]`))
    .join("");

describe("two texts held against each other", () => {
  it("differ by word, what is gone before what is new", () => {
    expect(marked("The red kettle broke.", "The blue kettle broke.")).toBe("The [-red][+blue] kettle broke.");
  });

  it("take neighbouring words that changed as one change", () => {
    expect(marked("a colleague is checking it", "I have refunded it")).toBe(
      "[-a colleague is checking][+I have refunded] it",
    );
  });

  it("go by sign where a script does not part words, and by word in Arabic", () => {
    expect(marked("退款五百元", "退款六百元")).toBe("退款[-五][+六]百元");
    expect(marked("الرد جاهز اليوم", "الرد جاهز غدًا")).toBe("الرد جاهز [-اليوم][+غدًا]");
  });

  it("are whole where one is empty, and one piece where they are equal", () => {
    expect(marked("", "new")).toBe("[+new]");
    expect(marked("gone", "")).toBe("[-gone]");
    expect(diffTexts("same text", "same text")).toEqual([{ kind: "same", text: "same text" }]);
  });

  it("give both texts back, whatever they are", () => {
    const words = ["a", "b ", "  ", "ج", "退", ".", "\n"];
    const random = (seed: number) =>
      Array.from({ length: 40 }, (_, at) => words[(at * seed + (at >> 2)) % words.length]).join("");
    for (let seed = 1; seed < 40; seed += 1) {
      const [before, after] = [random(seed), random(seed * 3 + 1)];
      const pieces = diffTexts(before, after);
      expect(
        pieces
          .filter((one) => one.kind !== "new")
          .map((one) => one.text)
          .join(""),
      ).toBe(before);
      expect(
        pieces
          .filter((one) => one.kind !== "gone")
          .map((one) => one.text)
          .join(""),
      ).toBe(after);
    }
  });

  it("stay quick for very long texts by showing the middle as replaced", () => {
    const begun = performance.now();
    const pieces = diffTexts(`start ${"x y ".repeat(20_000)}end`, `start ${"z w ".repeat(20_000)}end`);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(pieces.map((one) => one.kind)).toEqual(["same", "gone", "new", "same"]);
  });
});
