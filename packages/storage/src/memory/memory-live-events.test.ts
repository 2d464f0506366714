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
});

describe("MemoryRunSignals", () => {
  runSignalsContract(() => {
    const signals = new MemoryRunSignals();
    return { here: signals, there: signals };
  });
});
