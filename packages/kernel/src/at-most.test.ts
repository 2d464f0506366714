import { expect, it } from "vitest";
import { atMost } from "./at-most.ts";

it("waits for the work, and tells of its failure", async () => {
  let isDone = false;
  await atMost(
    10_000,
    new Promise<void>((resolve) =>
      setImmediate(() => {
        isDone = true;
        resolve();
      }),
    ),
  );
  expect(isDone).toBe(true);
  await expect(atMost(10_000, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});

it("goes on without work that takes too long", async () => {
  await atMost(10, new Promise(() => {}));
});
