import { randomBytes } from "node:crypto";
import type { RunId, WorkspaceScope } from "@diwan/kernel";
import { aScope, ids, runQueueContract } from "@diwan/testkit/contracts";
import { type TestDatabase, testDatabaseServers, testRedis } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BullRunQueue } from "./bull-run-queue.ts";
import { postgresQueueBackend } from "./postgres-queue-backend.ts";
import type { QueueBackend } from "./queue-backend.ts";
import { redisQueueBackend } from "./redis-queue-backend.ts";

/** Places of runs among their workspace's; those that are not in it are first. */
const places = new Map<RunId, number>();
const ranks = { ahead: async (_scope: WorkspaceScope, runId: RunId) => places.get(runId) ?? 0 };

for (const server of testDatabaseServers) {
  describe.skipIf(server.missing)(`BullRunQueue on ${server.name}`, () => {
    let opened: TestDatabase;
    let backend: QueueBackend;
    let queue: BullRunQueue;
    beforeAll(async () => {
      opened = await server.open();
      backend = await postgresQueueBackend(opened.database.pool, opened.connection);
      queue = new BullRunQueue(backend, ranks);
    });
    afterAll(async () => {
      await queue.close();
      await opened.close();
    });
    runQueueContract(() => queue);
    offersLostJobsAgain(() => ({ queue, backend }));
    takesTurns(() => queue);
  });
}

describe.skipIf(testRedis.missing)(`BullRunQueue on ${testRedis.name}`, () => {
  let backend: ReturnType<typeof redisQueueBackend>;
  let queue: BullRunQueue;
  beforeAll(() => {
    backend = redisQueueBackend(process.env["DIWAN_TEST_REDIS_URL"]!, `test-${randomBytes(4).toString("hex")}`);
    queue = new BullRunQueue(backend, ranks);
  });
  afterAll(async () => {
    await queue.close();
    await backend.close();
  });
  runQueueContract(() => queue);
  offersLostJobsAgain(() => ({ queue, backend }));
  takesTurns(() => queue);
});

function offersLostJobsAgain(open: () => { queue: BullRunQueue; backend: QueueBackend }): void {
  it("offers a job again whose worker died with it in hand", async () => {
    const { queue, backend } = open();
    const delivery = { scope: aScope(), runId: ids.next<"run">() };
    const dying = backend.openWorker("runs-interactive", async () => {}, {
      autorun: false,
      lockDuration: 500,
      skipLockRenewal: true,
      skipStalledCheck: true,
    });
    await queue.enqueue("runs-interactive", delivery);
    expect((await dying.getNextJob("dying"))?.id).toBe(delivery.runId);
    await dying.close();
    await queue.offerAgain("runs-interactive", delivery);
    expect(await queue.depth("runs-interactive")).toMatchObject({ waiting: 1, active: 1 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    await queue.offerAgain("runs-interactive", delivery);
    expect(await queue.depth("runs-interactive")).toMatchObject({ waiting: 1, active: 0 });
    const seen: string[] = [];
    const consumer = await queue.consume({
      concurrency: 2,
      handle: async ({ runId }) => {
        seen.push(runId);
        return "done";
      },
      onError: () => {},
    });
    await expect.poll(() => seen).toEqual([delivery.runId]);
    await consumer.close();
  });
}

function takesTurns(open: () => BullRunQueue): void {
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
    const consumer = await open().consume({ concurrency: 1, handle, onError: () => {} });
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
    await open().offerAgain("runs-interactive", third!);
    places.set(first!.runId, 9);
    await open().offerAgain("runs-interactive", first!);
    expect(await consumed(3)).toEqual([first!.runId, third!.runId, second!.runId]);
  });
}
