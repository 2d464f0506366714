import { expect, it } from "vitest";
import { parseNumber } from "./parse-number.ts";

it("reads digits and decimal marks of the scripts people type in", () => {
  expect(["12.5", "١٢٫٥", "۱۲.۵", "12,5", "1,250", "-3", "2e3"].map(parseNumber)).toEqual([
    12.5, 12.5, 12.5, 12.5, 1250, -3, 2000,
  ]);
});

it("tells nothing typed from something that is no number", () => {
  expect(parseNumber("  ")).toBeNull();
  expect(parseNumber("12 apples")).toBeUndefined();
  expect(parseNumber("-")).toBeUndefined();
});
