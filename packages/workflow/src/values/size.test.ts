import { expect, it } from "vitest";
import { isLargerThan } from "./size.ts";
import type { Value } from "./value.ts";

it.each<[string, Value, number]>([
  ["Latin text", "x".repeat(1000), 1000],
  ["Arabic text", "ا".repeat(1000), 2000],
  ["text beyond the first plane", "👩".repeat(1000), 4000],
  ["Chinese text", "中".repeat(1000), 3000],
  ["lists", Array.from({ length: 100 }, () => "x".repeat(8)), 1000],
  ["mappings", { a: "x".repeat(500), b: { c: "ا".repeat(250) } }, 1000],
])("knows %s by its bytes", (_name, value, bytes) => {
  expect(isLargerThan(value, bytes * 0.9)).toBe(true);
  expect(isLargerThan(value, bytes * 1.2)).toBe(false);
});

it("needs no stack for what is nested deep, and no time beyond the limit", () => {
  let deep: Value = [];
  for (let level = 0; level < 200_000; level += 1) deep = [deep];
  expect(isLargerThan(deep, 1_000_000)).toBe(false);
  expect(isLargerThan(deep, 1_000)).toBe(true);
  expect(
    isLargerThan(
      Array.from({ length: 5_000_000 }, () => 1),
      1_000,
    ),
  ).toBe(true);
});
