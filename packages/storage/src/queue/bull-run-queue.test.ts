import { randomBytes } from "node:crypto";
import { aScope, ids, runQueueContract } from "@diwan/testkit/contracts";
import { type TestDatabase, testDatabaseServers, testRedis } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BullRunQueue } from "./bull-run-queue.ts";
import { postgresQueueBackend } from "./postgres-queue-backend.ts";
import type { QueueBackend } from "./queue-backend.ts";
import { redisQueueBackend } from "./redis-queue-backend.ts";

for (const server of testDatabaseServers) {
  describe.skipIf(server.missing)(`BullRunQueue on ${server.name}`, () => {
    let opened: TestDatabase;
    let backend: QueueBackend;
    let queue: BullRunQueue;
    beforeAll(async () => {
      opened = await server.open();
      backend = await postgresQueueBackend(opened.database.pool, opened.connection);
      queue = new BullRunQueue(backend);
    });
    afterAll(async () => {
      await queue.close();
      await opened.close();
    });
    runQueueContract(() => queue);
    offersLostJobsAgain(() => ({ queue, backend }));
  });
}

describe.skipIf(testRedis.missing)(`BullRunQueue on ${testRedis.name}`, () => {
  let backend: ReturnType<typeof redisQueueBackend>;
  let queue: BullRunQueue;
  beforeAll(() => {
    backend = redisQueueBackend(process.env["DIWAN_TEST_REDIS_URL"]!, `test-${randomBytes(4).toString("hex")}`);
    queue = new BullRunQueue(backend);
  });
  afterAll(async () => {
    await queue.close();
    await backend.close();
  });
  runQueueContract(() => queue);
  offersLostJobsAgain(() => ({ queue, backend }));
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
    expect(await queue.depth("runs-interactive")).toEqual({ waiting: 0, active: 1 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    await queue.offerAgain("runs-interactive", delivery);
    expect(await queue.depth("runs-interactive")).toEqual({ waiting: 1, active: 0 });
    const seen: string[] = [];
    const consumer = await queue.consume({
      concurrency: 2,
      handle: async ({ runId }) => void seen.push(runId),
      onError: () => {},
    });
    await expect.poll(() => seen).toEqual([delivery.runId]);
    await consumer.close();
  });
}
