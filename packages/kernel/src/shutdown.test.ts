import { expect, it } from "vitest";
import { Shutdown } from "./shutdown.ts";

it("tells those who listen once, and those who come later at once", () => {
  const told: string[] = [];
  const shutdown = new Shutdown();
  shutdown.onBegin(() => told.push("first"));
  const forget = shutdown.onBegin(() => told.push("gone"));
  forget();
  expect(shutdown.hasBegun).toBe(false);
  shutdown.begin();
  shutdown.begin();
  expect(shutdown.hasBegun).toBe(true);
  shutdown.onBegin(() => told.push("late"));
  expect(told).toEqual(["first", "late"]);
});
