import { expect, it } from "vitest";
import { createAdmission } from "./admit-run.ts";

function admissionOf(maxQueued: number) {
  const queue = { waiting: 0, asked: 0, now: 0 };
  const load = {
    queued: async (limit: number) => {
      queue.asked += 1;
      return Math.min(queue.waiting, limit);
    },
  };
  return { queue, ...createAdmission({ load, clock: { now: () => queue.now } }, maxQueued) };
}

it("refuses what would be too many, and says when to try again", async () => {
  const { queue, admit } = admissionOf(3);
  queue.waiting = 2;
  await admit();
  queue.waiting = 3;
  await expect(admit()).rejects.toMatchObject({ code: "run.queue-full", retryAfterMs: 5_000 });
  queue.waiting = 0;
  queue.now += 20;
  await admit();
});

it("asks once a second, however many come", async () => {
  const { queue, admit } = admissionOf(10_000);
  await Promise.all(Array.from({ length: 500 }, () => admit()));
  queue.now += 999;
  await admit();
  expect(queue.asked).toBe(1);
  queue.now += 1;
  await admit();
  expect(queue.asked).toBe(2);
});

it("counts those that it lets in while a count is on its way", async () => {
  const { admit } = admissionOf(3);
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => admit()));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected", "rejected"]);
});
