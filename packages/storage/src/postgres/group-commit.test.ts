import { expect, it } from "vitest";
import { GroupCommit } from "./group-commit.ts";

it("writes what comes during a write together in the next one", async () => {
  const groups: number[][] = [];
  const commits = new GroupCommit<number>(async (items) => {
    groups.push([...items]);
    await new Promise((resolve) => setImmediate(resolve));
    return new Map();
  });
  await Promise.all([1, 2, 3, 4].map((item) => commits.add(item)));
  expect(groups).toEqual([[1], [2, 3, 4]]);
});

it("fails only the item that cannot be written", async () => {
  const written: number[] = [];
  const commits = new GroupCommit<number>(async (items) => {
    await null;
    if (items.includes(3)) throw new Error("three is refused");
    written.push(...items);
    return new Map();
  });
  const results = await Promise.allSettled([1, 2, 3, 4].map((item) => commits.add(item)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect(written).toEqual([1, 2, 4]);
});

it("tells each item that was refused why, and the others that they are written", async () => {
  const commits = new GroupCommit<number>(
    async (items) => new Map(items.filter((item) => item > 2).map((item) => [item, new Error(`no ${item}`)])),
  );
  const results = await Promise.allSettled([1, 2, 3].map((item) => commits.add(item)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
});
