import { expect, it } from "vitest";
import { sparkline } from "./sparkline.ts";

it("draws the newest day at the reading end", () => {
  expect(sparkline([0, 10], 90, 27, false)).toBe("1,25 89,2");
  expect(sparkline([0, 10], 90, 27, true)).toBe("89,25 1,2");
});

it("lies flat at the bottom while nothing ran", () => {
  expect(sparkline([0, 0, 0], 90, 27, false)).toBe("1,25 45,25 89,25");
});
