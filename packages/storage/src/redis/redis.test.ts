import { randomBytes } from "node:crypto";
import { aDelta, anEnd, ids, liveEventsContract, runSignalsContract } from "@diwan/testkit/contracts";
import { testRedis } from "@diwan/testkit/services";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkRedis, RedisChannels, RedisLiveEvents, RedisRunSignals } from "./index.ts";

describe.skipIf(testRedis.missing)(`on ${testRedis.name}`, () => {
  const prefix = `test-${randomBytes(4).toString("hex")}`;
  const retentionMs = 50;
  let redis: Redis[];
  let channels: RedisChannels[];
  let live: RedisLiveEvents[];
  let signals: RedisRunSignals[];

  beforeAll(async () => {
    redis = [testRedis.open(), testRedis.open()];
    channels = redis.map((connection) => new RedisChannels(connection));
    live = redis.map((connection, index) => new RedisLiveEvents(connection, channels[index]!, { prefix, retentionMs }));
    signals = await Promise.all(
      redis.map((connection, index) => RedisRunSignals.open(connection, channels[index]!, prefix)),
    );
  });

  afterAll(async () => {
    for (const each of channels) await each.close();
    for (const each of redis) each.disconnect();
  });

  describe("RedisLiveEvents", () => {
    liveEventsContract(() => ({ worker: live[0]!, api: live[1]!, retentionMs }));

    it("leaves a stream behind that expires, also when its worker never ends it", async () => {
      const runId = ids.next<"run">();
      const writer = await live[0]!.open(runId);
      await writer.append([aDelta("a")]);
      expect(await redis[0]!.ttl(`${prefix}:events:${runId}`)).toBeGreaterThan(3_600);
    });
  });

  describe("RedisRunSignals", () => {
    runSignalsContract(() => ({ here: signals[0]!, there: signals[1]! }));
  });

  it("names what about the server may lose runs' events", async () => {
    expect(await checkRedis(redis[0]!)).toEqual(["Redis writes no append-only file: set `appendonly yes`."]);
  });

  it("RedisLiveEvents keeps events once that are given again because their answer was lost", async () => {
    const runId = ids.next<"run">();
    const writer = await live[0]!.open(runId);
    const events = [aDelta("a"), aDelta("b")];
    expect(await writer.append(events)).toBe("written");
    expect(await writer.append(events)).toBe("written");
    await writer.append([anEnd()]);
    const seen: number[] = [];
    for await (const { seq } of (await live[1]!.read(runId, 0, new AbortController().signal))!) seen.push(seq);
    expect(seen).toEqual([1, 2, 3]);
  });

  it("RedisLiveEvents says when a stream was lost, and begins it anew", async () => {
    const runId = ids.next<"run">();
    const writer = await live[0]!.open(runId);
    await writer.append([aDelta("a")]);
    await redis[0]!.del(`${prefix}:events:${runId}`);
    expect(await writer.append([aDelta("b")])).toBe("lost");
    expect(await writer.append([aDelta("ab"), anEnd()])).toBe("written");
    const seen: string[] = [];
    for await (const { event } of (await live[1]!.read(runId, 0, new AbortController().signal))!) {
      seen.push(event.type === "text-delta" ? event.text : event.type);
    }
    expect(seen).toEqual(["ab", "run.finished"]);
  });

  it("RedisLiveEvents says when the last events were lost, as with a primary whose replica had not got them", async () => {
    const runId = ids.next<"run">();
    const writer = await live[0]!.open(runId);
    await writer.append([aDelta("a")]);
    await writer.append([aDelta("b")]);
    await redis[0]!.xdel(`${prefix}:events:${runId}`, "2-0");
    const next = [aDelta("c")];
    expect(await writer.append(next)).toBe("lost");
    expect(await writer.append(next)).toBe("written");
    expect(await writer.append([aDelta("d")])).toBe("written");
  });

  it("RedisLiveEvents fills the gap after the reader's connection was lost", async () => {
    const runId = ids.next<"run">();
    // Long enough to be there still when the reader is back.
    const [worker, api] = redis.map((each, index) => new RedisLiveEvents(each, channels[index]!, { prefix }));
    const writer = await worker!.open(runId);
    await writer.append([aDelta("a")]);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { seq } of (await api!.read(runId, 0, new AbortController().signal))!) seen.push(seq);
    })();
    await expect.poll(() => seen).toEqual([1]);
    await redis[0]!.call("CLIENT", "KILL", "TYPE", "pubsub");
    await writer.append([aDelta("b")]);
    await writer.append([aDelta("c"), anEnd()]);
    await reading;
    expect(seen).toEqual([1, 2, 3, 4]);
  });
});
