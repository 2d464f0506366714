import { aDelta, ids, liveEventsContract, runSignalsContract } from "@diwan/testkit/contracts";
import { describe, expect, it } from "vitest";
import { MemoryLiveEvents } from "./memory-live-events.ts";
import { MemoryRunSignals } from "./memory-run-signals.ts";

const retentionMs = 50;

describe("MemoryLiveEvents", () => {
  liveEventsContract(() => {
    const live = new MemoryLiveEvents({ retentionMs });
    return { worker: live, api: live, retentionMs };
  });

  it("drops the oldest events of a run that has very many", async () => {
    const live = new MemoryLiveEvents({ maxEvents: 3 });
    const runId = ids.next<"run">();
    const writer = await live.open(runId);
    for (const text of ["a", "b", "c", "d"]) await writer.append([aDelta(text)]);
    const leave = new AbortController();
    const seen: number[] = [];
    for await (const { seq } of (await live.read(runId, 0, leave.signal))!) {
      seen.push(seq);
      if (seq === 4) leave.abort();
    }
    expect(seen).toEqual([2, 3, 4]);
  });

  it("goes on above a number where an earlier process took its events with it, for readers who had some of them", async () => {
    const live = new MemoryLiveEvents();
    const runId = ids.next<"run">();
    const waiting = new AbortController();
    const writer = await live.open(runId, 1_000);
    expect(writer.lastSeq).toBe(1_000);
    const reading = (async () => {
      const seen: number[] = [];
      for await (const { seq } of (await live.read(runId, 20, waiting.signal))!) {
        seen.push(seq);
        if (seq === 1_002) waiting.abort();
      }
      return seen;
    })();
    await writer.append([aDelta("a")]);
    await writer.append([aDelta("b")]);
    expect(await reading).toEqual([1_001, 1_002]);
    expect((await live.open(runId, 500)).lastSeq).toBe(1_002);
  });
});

describe("MemoryRunSignals", () => {
  runSignalsContract(() => {
    const signals = new MemoryRunSignals();
    return { here: signals, there: signals };
  });
});
