import type { RunEvent, SequencedRunEvent } from "@diwan/contracts";
import type { LiveEvents } from "@diwan/runs";
import { float, stringifyJson, type Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { aSettlement, ids, noon } from "./samples.ts";

export const aDelta = (text: string): RunEvent => ({ type: "text-delta", text, selector: null });

export function anEnd(): RunEvent {
  const { elapsedMs, ...settlement } = aSettlement({ outputs: { price: float(5) } });
  return { type: "run.finished", workflowId: ids.next(), createdAt: noon, elapsedMs, totalTokens: 12, ...settlement };
}

/**
 * What every LiveEvents promises.
 *
 * @param open  Gives two views of one store, as two processes have them, with a retention of `retentionMs`.
 */
export function liveEventsContract(open: () => { worker: LiveEvents; api: LiveEvents; retentionMs: number }): void {
  const runId = () => ids.next<"run">();
  const never = new AbortController().signal;

  const collect = async (events: AsyncIterable<SequencedRunEvent> | undefined) => {
    const all: string[] = [];
    for await (const { seq, event } of events!)
      all.push(`${seq} ${event.type === "text-delta" ? event.text : event.type}`);
    return all;
  };

  it("gives a reader the past, then what comes, and ends with the run", async () => {
    const { worker, api } = open();
    const run = runId();
    const writer = await worker.open(run);
    await writer.append([aDelta("a"), aDelta("b")]);
    const reading = collect(await api.read(run, 0, never));
    await writer.append([aDelta("c")]);
    await writer.append([aDelta("d"), anEnd()]);
    await writer.close();
    expect(await reading).toEqual(["1 a", "2 b", "3 c", "4 d", "5 run.finished"]);
  });

  it("starts after the number a reader has already", async () => {
    const { worker, api } = open();
    const run = runId();
    const writer = await worker.open(run);
    await writer.append([aDelta("a"), aDelta("b"), anEnd()]);
    await writer.close();
    expect(await collect(await api.read(run, 1, never))).toEqual(["2 b", "3 run.finished"]);
    expect(await collect(await api.read(run, 3, never))).toEqual([]);
  });

  it("keeps order when nobody waits for a write before the next", async () => {
    const { worker, api } = open();
    const run = runId();
    const writer = await worker.open(run);
    const reading = collect(await api.read(run, 0, never));
    const texts = Array.from({ length: 500 }, (_, index) => String(index));
    await Promise.all([...texts.map((text) => writer.append([aDelta(text)])), writer.append([anEnd()])]);
    expect(await reading).toEqual([...texts.map((text, index) => `${index + 1} ${text}`), "501 run.finished"]);
  });

  it("goes on counting where the worker before stopped, whose late words are refused", async () => {
    const { worker, api } = open();
    const run = runId();
    const first = await worker.open(run);
    expect(first.lastSeq).toBe(0);
    await first.append([aDelta("a"), aDelta("b")]);
    const second = await worker.open(run);
    expect(second.lastSeq).toBe(2);
    await second.append([aDelta("c")]);
    await expect(first.append([aDelta("late")])).rejects.toMatchObject({ code: "run.lease-lost" });
    await second.append([anEnd()]);
    expect(await collect(await api.read(run, 0, never))).toEqual(["1 a", "2 b", "3 c", "4 run.finished"]);
  });

  it("belongs to the worker that opened it last, even before that one says anything", async () => {
    const { worker, api } = open();
    const run = runId();
    const first = await worker.open(run);
    await first.append([aDelta("a")]);
    const second = await worker.open(run);
    expect(second.lastSeq).toBe(1);
    await expect(first.append([aDelta("late")])).rejects.toMatchObject({ code: "run.lease-lost" });
    await second.append([aDelta("b"), anEnd()]);
    expect(await collect(await api.read(run, 0, never))).toEqual(["1 a", "2 b", "3 run.finished"]);
    expect(await collect(await api.read(run, 2, never))).toEqual(["3 run.finished"]);
  });

  it("is begun by a run's first writer with its first events, unless somebody took the run over before", async () => {
    const { worker, api } = open();
    const run = runId();
    const first = worker.begin(run);
    await first.append([aDelta("a")]);
    await first.append([aDelta("b")]);
    const second = await worker.open(run);
    expect(second.lastSeq).toBe(2);
    await expect(first.append([aDelta("c")])).rejects.toMatchObject({ code: "run.lease-lost" });
    await second.append([anEnd()]);
    expect(await collect(await api.read(run, 0, never))).toEqual(["1 a", "2 b", "3 run.finished"]);

    const frozen = worker.begin(runId());
    expect(frozen.lastSeq).toBe(0);
    const other = runId();
    const late = worker.begin(other);
    const taken = await worker.open(other, 1_000);
    await expect(late.append([aDelta("a")])).rejects.toMatchObject({ code: "run.lease-lost" });
    await taken.append([anEnd()]);
    expect(await collect(await api.read(other, 0, never))).toEqual(["1001 run.finished"]);
  });

  it("leaves numbers out for a new writer, and readers pass over the gap", async () => {
    const { worker, api } = open();
    const run = runId();
    await (await worker.open(run)).append([aDelta("a")]);
    const second = await worker.open(run, 1_000);
    expect(second.lastSeq).toBe(1_000);
    const reading = collect(await api.read(run, 0, never));
    await second.append([aDelta("b")]);
    await second.append([anEnd()]);
    expect(await reading).toEqual(["1 a", "1001 b", "1002 run.finished"]);
    // Two that the store made up in place of what was lost.
    expect(await collect(await api.read(run, 3, never))).toEqual(["1001 b", "1002 run.finished"]);
  });

  it("keeps the literal kind of numbers in an event", async () => {
    const { worker, api } = open();
    const run = runId();
    const writer = await worker.open(run);
    await writer.append([anEnd()]);
    for await (const { event } of (await api.read(run, 0, never))!) {
      expect(stringifyJson((event as { outputs: Value }).outputs)).toBe('{"price":5.0}');
    }
  });

  it("serves many readers of one run the same events", async () => {
    const { worker, api } = open();
    const run = runId();
    const writer = await worker.open(run);
    const readings = await Promise.all(
      Array.from({ length: 50 }, async () => collect(await api.read(run, 0, never))).map((reading) => ({ reading })),
    );
    for (let index = 0; index < 20; index += 1) await writer.append([aDelta(String(index))]);
    await writer.append([anEnd()]);
    const read = await Promise.all(readings.map(({ reading }) => reading));
    expect(new Set(read.map((events) => events.join()))).toEqual(new Set([read[0]!.join()]));
    expect(read[0]).toHaveLength(21);
  });

  describe("a reader", () => {
    it("that comes just before the run begins waits for it", async () => {
      const { worker, api } = open();
      const run = runId();
      const reading = api.read(run, 0, never).then(collect);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const writer = await worker.open(run);
      await writer.append([anEnd()]);
      expect(await reading).toEqual(["1 run.finished"]);
    });

    it("waits as long as it says, also when it had some of them already", async () => {
      const { worker, api } = open();
      const [fresh, known] = [runId(), runId()];
      const readings = [api.read(fresh, 0, never, 5_000).then(collect), api.read(known, 1, never, 5_000).then(collect)];
      await new Promise((resolve) => setTimeout(resolve, 400));
      await (await worker.open(fresh)).append([anEnd()]);
      await (await worker.open(known)).append([aDelta("had"), anEnd()]);
      expect(await Promise.all(readings)).toEqual([["1 run.finished"], ["2 run.finished"]]);
    });

    it("is told when nothing is known of a run", async () => {
      expect(await open().api.read(runId(), 0, never)).toBeUndefined();
    });

    it("is told when the events of an ended run have expired", async () => {
      const { worker, api, retentionMs } = open();
      const run = runId();
      const writer = await worker.open(run);
      await writer.append([anEnd()]);
      await writer.close();
      await new Promise((resolve) => setTimeout(resolve, retentionMs + 50));
      expect(await api.read(run, 0, never)).toBeUndefined();
    });

    it("that leaves is let go at once", async () => {
      const { worker, api } = open();
      const run = runId();
      const leaving = new AbortController();
      const writer = await worker.open(run);
      await writer.append([aDelta("a")]);
      const reading = collect(await api.read(run, 0, leaving.signal));
      setTimeout(() => leaving.abort(), 20);
      expect(await reading).toEqual(["1 a"]);
    });
  });
}
