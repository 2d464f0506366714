import { type RunId, silentLogger, type WorkspaceScope } from "@diwan/kernel";
import { expect, it } from "vitest";
import { giveUpQueued } from "./give-up-queued.ts";
import { defaultReaperLimits, reapRuns } from "./reap-runs.ts";

const scope = { workspaceId: "w" } as WorkspaceScope;
const runId = "r" as RunId;
const noon = 1_000_000_000;

/** A run of this status that has waited since noon, and what it was failed with. */
function waiting(status: string, { now, atWork }: { now: number; atWork: number }) {
  const failed: string[] = [];
  const queued = { scope, runId, queue: "runs-interactive", fruitlessTakeovers: 0, queuedAt: noon, state: "queued" };
  const needs = {
    runs: {
      find: async () => ({ status, queue: "runs-interactive", conversationId: null }),
      ownership: async () => ({ queuedAt: noon }),
    },
    abandoned: {
      find: async () => [queued],
      fail: async (_: unknown, error: { message: string }) => {
        failed.push(error.message);
        return true;
      },
    },
    load: { atWork: async () => atWork },
    clock: { now: () => now },
    logger: silentLogger,
    live: {},
    queue: {},
    limits: defaultReaperLimits,
  } as unknown as Parameters<typeof reapRuns>[0] & Parameters<typeof giveUpQueued>[0];
  return { needs, failed };
}

it("looks again when the time will be over, and gives up then", async () => {
  const early = waiting("queued", { now: noon + 200_000, atWork: 1 });
  expect(await giveUpQueued(early.needs, scope, runId, 300_000)).toBe(100_000);
  expect(early.failed).toEqual([]);
  const late = waiting("queued", { now: noon + 300_000, atWork: 1 });
  expect(await giveUpQueued(late.needs, scope, runId, 300_000)).toBeUndefined();
  expect(late.failed).toEqual(["No worker took this run within 300 seconds: all were busy with runs before it."]);
});

it.each(["running", "paused", "succeeded", "stopped"])("leaves a run alone that is %s", async (status) => {
  const { needs, failed } = waiting(status, { now: noon + 9e9, atWork: 1 });
  expect(await giveUpQueued(needs, scope, runId, 300_000)).toBeUndefined();
  expect(failed).toEqual([]);
});

it("says of a run that waited too long whether workers were busy or none was there", async () => {
  for (const [atWork, why] of [
    [0, "none was at work"],
    [1, "all were busy with runs before it"],
  ] as const) {
    const { needs, failed } = waiting("queued", { now: noon + 3_600_001, atWork });
    await reapRuns(needs);
    expect(failed).toEqual([`No worker took this run within 3600 seconds: ${why}.`]);
  }
});
