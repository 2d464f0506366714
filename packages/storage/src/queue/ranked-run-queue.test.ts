import { randomBytes } from "node:crypto";
import type { RunId, WorkspaceScope } from "@diwan/kernel";
import { aScope, ids, runQueueContract } from "@diwan/testkit/contracts";
import { testRedis } from "@diwan/testkit/services";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openRedis } from "../redis/open-redis.ts";
import { MemoryWaitingRuns } from "./memory-waiting-runs.ts";
import { RankedRunQueue } from "./ranked-run-queue.ts";
import { RedisWaitingRuns } from "./redis-waiting-runs.ts";
import type { WaitingRuns } from "./waiting-runs.ts";

/** Places of runs among their workspace's; those that are not in it are first. */
const places = new Map<RunId, number>();
const ranks = { ahead: async (_scope: WorkspaceScope, runId: RunId) => places.get(runId) ?? 0 };

describe("RankedRunQueue in memory", () => {
  let waiting: WaitingRuns;
  let queue: RankedRunQueue;
  beforeEach(() => {
    waiting = new MemoryWaitingRuns();
    queue = new RankedRunQueue(waiting, ranks);
  });
  runQueueContract(() => queue);
  takesTurns(() => queue);
  endsQuestions(() => waiting);
});

describe.skipIf(testRedis.missing)(`RankedRunQueue on ${testRedis.name}`, () => {
  const connectionName = `test-${randomBytes(4).toString("hex")}`;
  let redis: Redis;
  let prefix: string;
  let waiting: WaitingRuns;
  let queue: RankedRunQueue;
  beforeAll(() => {
    redis = openRedis(process.env["DIWAN_TEST_REDIS_URL"]!, { connectionName });
  });
  beforeEach(() => {
    prefix = `test-${randomBytes(4).toString("hex")}`;
    waiting = new RedisWaitingRuns(redis, prefix);
    queue = new RankedRunQueue(waiting, ranks);
  });
  afterAll(() => redis.disconnect());
  runQueueContract(() => queue);
  takesTurns(() => queue);
  endsQuestions(() => waiting);

  it("leaves nothing in Redis", async () => {
    const consumer = queue.consume({ concurrency: 2, handle: async () => "done", onError: () => {} });
    await queue.enqueue("runs-interactive", { scope: aScope(), runId: ids.next() });
    await expect.poll(() => redis.keys(`${prefix}:waiting:*`)).toEqual([]);
    await consumer.close();
    const left = await redis.keys(`${prefix}:*`);
    for (const key of left) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });

  it("goes on after the connection that it waits on was cut", async () => {
    const seen: RunId[] = [];
    const handle = async ({ runId }: { runId: RunId }) => {
      seen.push(runId);
      return "done" as const;
    };
    const consumer = queue.consume({ concurrency: 2, handle, onError: () => {} });
    await expect.poll(() => waitingClients()).toHaveLength(1);
    await redis.call("CLIENT", "KILL", "ID", (await waitingClients())[0]!);
    const runId = ids.next<"run">();
    await queue.enqueue("runs-interactive", { scope: aScope(), runId });
    await expect.poll(() => seen, { timeout: 5_000 }).toEqual([runId]);
    await consumer.close();
  });

  /** Connections of this process that are inside a blocking read. */
  async function waitingClients(): Promise<string[]> {
    const clients = String(await redis.call("CLIENT", "LIST")).split("\n");
    const ours = clients.filter((line) => line.includes(`name=${connectionName} `) && line.includes("cmd=bzpopmin"));
    return ours.flatMap((line) => /^id=(\d+)/.exec(line)?.[1] ?? []);
  }
});

function takesTurns(open: () => RankedRunQueue): void {
  const flood = async (count: number) => {
    const scope = aScope();
    const deliveries = Array.from({ length: count }, () => ({ scope, runId: ids.next<"run">() }));
    for (const [place, delivery] of deliveries.entries()) {
      places.set(delivery.runId, place);
      await open().enqueue("runs-interactive", delivery);
    }
    return deliveries;
  };
  /** The order in which one worker with one place takes what waits. */
  const consumed = async (count: number): Promise<RunId[]> => {
    const order: RunId[] = [];
    const handle = async ({ runId }: { runId: RunId }) => {
      order.push(runId);
      return "done" as const;
    };
    const consumer = open().consume({ concurrency: 1, handle, onError: () => {} });
    await expect.poll(() => order.length, { timeout: 20_000 }).toBe(count);
    await consumer.close();
    return order;
  };

  it("takes another workspace's first run after the first of one that floods, and keeps each one's order", async () => {
    const many = await flood(100);
    const [other] = await flood(1);
    const order = await consumed(101);
    expect(order.indexOf(other!.runId)).toBeLessThanOrEqual(1);
    expect(order.filter((runId) => runId !== other!.runId)).toEqual(many.map(({ runId }) => runId));
  });

  it("gives a run that is offered again the place that it has by then, and never a worse one", async () => {
    const [first, second, third] = await flood(3);
    places.set(third!.runId, 0);
    await open().enqueue("runs-interactive", third!);
    places.set(first!.runId, 9);
    await open().enqueue("runs-interactive", first!);
    expect(await consumed(3)).toEqual([first!.runId, third!.runId, second!.runId]);
  });
}

function endsQuestions(open: () => WaitingRuns): void {
  it("ends every question at once when it is interrupted, and answers the next ones", async () => {
    const taker = open().openTaker();
    const questions = Array.from({ length: 3 }, () => taker.take(["runs-background"]));
    const answers: unknown[] = [];
    for (const question of questions) void question.then((answer) => answers.push(answer));
    taker.interrupt();
    await expect.poll(() => answers).toEqual([undefined, undefined, undefined]);
    const delivery = { scope: aScope(), runId: ids.next<"run">() };
    await open().add("runs-background", delivery, 1);
    expect(await taker.take(["runs-interactive", "runs-background"])).toEqual({ queue: "runs-background", delivery });
    taker.close();
  });
}
