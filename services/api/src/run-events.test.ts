import type { RunEvent } from "@diwan/contracts";
import { DiwanError } from "@diwan/kernel";
import type { LiveEvents, Run } from "@diwan/runs";
import { MemoryLiveEvents } from "@diwan/storage/memory";
import { aRun, aScope } from "@diwan/testkit/contracts";
import { expect, it, vi } from "vitest";
import type { ApiNeeds } from "./needs.ts";
import { readRunEvents } from "./run-events.ts";

const never = new AbortController().signal;
const delta = (text: string): RunEvent => ({ type: "text-delta", text, selector: null });
const ended = (run: Run): Run => ({ ...run, status: "succeeded", answer: "one two", finishedAt: run.createdAt });

/** @param find  What the store says of the run, each time it is asked. */
async function read(live: LiveEvents, run: Run, find: () => Run, after = 0): Promise<string[]> {
  const runs = { find: async () => find(), statusOf: async () => find().status } as unknown as ApiNeeds["runs"];
  const forms = { openOf: async () => [] } as unknown as ApiNeeds["forms"];
  const seen: string[] = [];
  for await (const { seq, event } of readRunEvents({ live, runs, forms }, aScope(), run, after, never)) {
    seen.push(`${seq} ${"text" in event ? `${event.type} ${event.text}` : event.type}`);
  }
  return seen;
}

it("tells the end of a run whose worker died right before it could", async () => {
  const live = new MemoryLiveEvents();
  const run = aRun({ status: "running" });
  await (await live.open(run.id)).append([delta("one ")]);
  expect(await read(live, run, () => ended(run))).toEqual([
    "1 text-delta one ",
    "2 text-replaced one two",
    "3 run.finished",
  ]);
}, 15_000);

it("waits for a live stream and a store that cannot be reached", async () => {
  const kept = new MemoryLiveEvents();
  const run = aRun({ status: "running" });
  let reads = 0;
  const live = {
    open: kept.open,
    read: async (...given: Parameters<LiveEvents["read"]>) => {
      reads += 1;
      if (reads === 1) throw new Error("Connection is closed.");
      return kept.read(...given);
    },
  } as unknown as LiveEvents;
  let asked = 0;
  const find = () => {
    asked += 1;
    if (asked === 1) throw new DiwanError("storage.unavailable", "dependency", "The database cannot be reached.");
    return ended(run);
  };
  expect(await read(live, run, find, 4)).toEqual(["5 text-replaced one two", "6 run.finished"]);
});

it("asks for a run that waits for its worker less and less often", async () => {
  const waits: (number | undefined)[] = [];
  const live = {
    read: async (_run: string, _after: number, _signal: AbortSignal, waitMs?: number) => {
      waits.push(waitMs);
      await vi.advanceTimersByTimeAsync(waitMs ?? 0);
    },
  } as unknown as LiveEvents;
  vi.useFakeTimers();
  try {
    const run = aRun({ status: "queued" });
    await read(live, run, () => (waits.length < 8 ? run : ended(run)));
  } finally {
    vi.useRealTimers();
  }
  expect(waits.slice(0, 8)).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
});
