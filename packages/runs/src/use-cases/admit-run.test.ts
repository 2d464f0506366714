import type { AppId, WorkspaceScope } from "@diwan/kernel";
import { expect, it } from "vitest";
import { createAdmission } from "./admit-run.ts";

const scope = { workspaceId: "w" } as WorkspaceScope;
const app = "a" as AppId;

function admissionOf(maxQueued: number, maxActiveOfApp = 0) {
  const queue = { waiting: 0, asked: 0, now: 0 };
  const active = new Map<string, number>();
  let askedOfApps = 0;
  const load = {
    queued: async (limit: number) => {
      queue.asked += 1;
      return Math.min(queue.waiting, limit);
    },
    active: async (_: WorkspaceScope, appId: AppId, limit: number) => {
      askedOfApps += 1;
      return Math.min(active.get(appId) ?? 0, limit);
    },
  };
  const admission = createAdmission({ load, clock: { now: () => queue.now } }, { maxQueued, maxActiveOfApp });
  return {
    queue,
    active,
    askedOfApps: () => askedOfApps,
    /** Recorded at once, unless it says that it is still to be. */
    admit: async (appId = app) => {
      const admitted = await admission.admit(scope, appId);
      admitted[Symbol.dispose]();
    },
    admitSlowly: (appId = app) => admission.admit(scope, appId),
  };
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

it("refuses what would be too many for one app, and lets others in", async () => {
  const { queue, active, admit } = admissionOf(10_000, 2);
  active.set("a", 2);
  await expect(admit()).rejects.toMatchObject({ code: "run.app-busy", retryAfterMs: 1_000 });
  await expect(admit()).rejects.toThrow("This app has 2 runs waiting or at work");
  await admit("b" as AppId);
  active.set("a", 1);
  queue.now += 4;
  await admit();
});

it("never lets in more than an app may have, also while they are not recorded yet", async () => {
  const { queue, active, admit, admitSlowly } = admissionOf(10_000, 2);
  const slow = await admitSlowly();
  active.set("a", 0);
  queue.now += 5_000;
  await admit();
  active.set("a", 1);
  queue.now += 5_000;
  await expect(admit()).rejects.toMatchObject({ code: "run.app-busy" });
  slow[Symbol.dispose]();
  queue.now += 4;
  await admit();
});

it("asks nothing about apps where they have no limit, and once for all who come together where they have", async () => {
  const free = admissionOf(10_000);
  await free.admit();
  expect(free.askedOfApps()).toBe(0);
  const limited = admissionOf(10_000, 5);
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => limited.admit()));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  expect(limited.askedOfApps()).toBe(1);
});

it("gives an app's place back when the queue is full", async () => {
  const { queue, admit } = admissionOf(1, 1);
  queue.waiting = 1;
  await expect(admit()).rejects.toMatchObject({ code: "run.queue-full" });
  queue.waiting = 0;
  queue.now += 1_000;
  await admit();
});
