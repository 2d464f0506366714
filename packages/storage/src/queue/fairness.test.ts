import { randomBytes } from "node:crypto";
import type { AppId, RunId, WorkspaceScope } from "@diwan/kernel";
import { type Run, reapRuns } from "@diwan/runs";
import { aLease, aRun, aScope, ids, noon } from "@diwan/testkit/contracts";
import { type TestDatabase, testDatabaseServers, testRedis } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PostgresAbandonedRuns, PostgresRunLoad, PostgresRunStore } from "../postgres/index.ts";
import { openRedis } from "../redis/open-redis.ts";
import { MemoryWaitingRuns } from "./memory-waiting-runs.ts";
import { RankedRunQueue } from "./ranked-run-queue.ts";
import { RedisWaitingRuns } from "./redis-waiting-runs.ts";
import type { RunDelivery, WaitingRuns } from "./waiting-runs.ts";

const FLOOD = 1_000;
const PLACES = 4;

const [embedded, postgres] = testDatabaseServers;

/** In the two combinations that installations have. */
for (const { name, missing, server, openWaiting } of [
  {
    name: `in memory, runs on ${embedded!.name}`,
    missing: embedded!.missing,
    server: embedded!,
    openWaiting: (): { waiting: WaitingRuns; close(): void } => ({ waiting: new MemoryWaitingRuns(), close: () => {} }),
  },
  {
    name: `on ${testRedis.name}, runs on ${postgres!.name}`,
    missing: testRedis.missing || postgres!.missing,
    server: postgres!,
    openWaiting: () => {
      const redis = openRedis(process.env["DIWAN_TEST_REDIS_URL"]!);
      const waiting = new RedisWaitingRuns(redis, `fair-${randomBytes(4).toString("hex")}`);
      return { waiting, close: () => redis.disconnect() };
    },
  },
]) {
  describe.skipIf(missing)(`workspaces take turns: ${name}`, () => {
    let opened: TestDatabase;
    let backend: ReturnType<typeof openWaiting>;
    let runs: PostgresRunStore;
    let load: PostgresRunLoad;
    let queue: RankedRunQueue;

    beforeAll(async () => {
      opened = await server.open();
      backend = openWaiting();
      runs = new PostgresRunStore(opened.database);
      load = new PostgresRunLoad(opened.database);
      queue = new RankedRunQueue(backend.waiting, load);
    });
    afterAll(async () => {
      backend.close();
      await opened.close();
    });

    async function start(scope: WorkspaceScope, change: { createdAt?: number } = {}): Promise<RunId> {
      const run = aRun({ workspaceId: scope.workspaceId, ...change });
      await runs.insert(scope, run);
      await queue.enqueue("runs-interactive", { scope, runId: run.id });
      return run.id;
    }

    /** Workers that take runs as they come and end them; `begun` is the order. */
    async function work(places: number) {
      const begun: RunId[] = [];
      const consumer = queue.consume({
        concurrency: places,
        handle: async ({ scope, runId }: RunDelivery) => {
          if ((await runs.claim(scope, runId, aLease("worker", noon))) === undefined) return "done";
          begun.push(runId);
          await new Promise((resolve) => setTimeout(resolve, 5));
          await opened.database.run({ text: "update run set status = 'succeeded' where id = $1", values: [runId] });
          return "done";
        },
        onError: () => {},
      });
      return { begun, close: () => consumer.close() };
    }

    it("one that floods 1,000 runs keeps another's first run waiting for no more of them than are at work", async () => {
      const [flooding, other] = [aScope(), aScope()];
      for (let group = 0; group < FLOOD / 50; group += 1) {
        await Promise.all(Array.from({ length: 50 }, () => start(flooding)));
      }
      expect(await load.queued(FLOOD * 2)).toBe(FLOOD);
      expect(await load.queued(10)).toBe(10);
      expect(await load.atWork(noon, 10)).toBe(0);
      const workers = await work(PLACES);
      await expect.poll(() => workers.begun.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(50);
      const before = workers.begun.length;
      const runId = await start(other);
      await expect.poll(() => workers.begun.includes(runId), { timeout: 20_000, interval: 5 }).toBe(true);
      const overtaken = workers.begun.indexOf(runId) - before;
      await workers.close();
      // Those that were taken while it was being recorded count too.
      expect(overtaken).toBeLessThanOrEqual(PLACES * 5);
      await opened.database.run({ text: "delete from run", values: [] });
      await drained();
    });

    it("a run that waits long gets better places, so that later ones of its workspace do not overtake it for ever", async () => {
      const scope = aScope();
      const first = [await start(scope), await start(scope), await start(scope)];
      // The two before it have ended; a later one comes in between, at the place that it has left.
      for (const runId of first.slice(0, 2)) {
        await opened.database.run({ text: "update run set status = 'stopped' where id = $1", values: [runId] });
      }
      const later = [await start(scope), await start(scope)];
      const needs = { runs, load, queue, abandoned: new PostgresAbandonedRuns(opened.database) };
      const limits = { requeueAfterMs: 0, queueDeadlineMs: 1e9, pauseDeadlineMs: 1e9, maxFruitlessTakeovers: 3 };
      const clock = { now: () => noon + 60_000 };
      const unused = {} as never;
      expect(await reapRuns({ ...needs, live: unused, logger: unused, clock, limits })).toEqual({
        requeued: 3,
        failed: 0,
      });
      const workers = await work(1);
      await expect.poll(() => workers.begun.length, { timeout: 10_000 }).toBe(3);
      await workers.close();
      expect(workers.begun).toEqual([first[2], ...later]);
    });

    it("counts the runs of an app that wait or are at work, and those that workers hold", async () => {
      const scope = aScope();
      const of = (appId: AppId, status: "queued" | "running" | "succeeded") =>
        runs.insert(scope, aRun({ workspaceId: scope.workspaceId, appId, status }));
      const [one, other] = [ids.next<"app">(), ids.next<"app">()];
      await Promise.all([of(one, "queued"), of(one, "queued"), of(one, "succeeded"), of(other, "queued")]);
      const held = aRun({ workspaceId: scope.workspaceId, appId: one });
      await runs.insert(scope, held);
      const before = await load.atWork(noon, 1_000);
      await runs.claim(scope, held.id, aLease("worker", noon));
      expect(await load.active(scope, one, 10)).toBe(3);
      expect(await load.active(scope, one, 2)).toBe(2);
      expect(await load.active(scope, other, 10)).toBe(1);
      expect(await load.active(aScope(), one, 10)).toBe(0);
      expect((await load.atWork(noon, 1_000)) - before).toBe(1);
      // Its worker has been silent for longer than its lease.
      expect(await load.atWork(noon + 3_600_000, 1_000)).toBe(0);
      await opened.database.run({ text: "delete from run", values: [] });
    });

    it("tells what waits by queue, and since when, and where each run stands", async () => {
      const [scope, other] = [aScope(), aScope()];
      const aWaiting = (change: Partial<Run>) =>
        runs.insert(scope, aRun({ workspaceId: scope.workspaceId, ...change }));
      const [first, second, third] = [ids.next<"run">(), ids.next<"run">(), ids.next<"run">()];
      await aWaiting({ id: first, createdAt: noon });
      await aWaiting({ id: second, createdAt: noon + 5_000 });
      await aWaiting({ id: third, createdAt: noon + 7_000, queue: "runs-background" });
      await runs.insert(other, aRun({ workspaceId: other.workspaceId, status: "succeeded" }));
      await runs.claim(scope, first, aLease("worker", noon + 9_000));
      const figures = await load.figures();
      expect(figures.get("runs-interactive")).toEqual({
        waiting: 1,
        active: 1,
        oldestQueuedAt: noon + 5_000,
        oldestHeartbeatAt: noon + 9_000,
      });
      expect(figures.get("runs-background")).toMatchObject({ waiting: 1, active: 0, oldestQueuedAt: noon + 7_000 });
      const waiting = await load.waiting();
      expect(waiting.sort((a, b) => a.ahead - b.ahead)).toEqual([
        { queue: "runs-interactive", scope, runId: second, ahead: 1 },
        { queue: "runs-background", scope, runId: third, ahead: 2 },
      ]);
      await opened.database.run({ text: "delete from run", values: [] });
    });

    /** What waits of runs that are gone by now. */
    async function drained(): Promise<void> {
      const last = { scope: aScope(), runId: ids.next<"run">() };
      const seen = new Set<RunId>();
      const handle = async ({ runId }: RunDelivery) => {
        seen.add(runId);
        return "done" as const;
      };
      const consumer = queue.consume({ concurrency: 50, handle, onError: () => {} });
      await queue.enqueue("runs-interactive", last, 2_000);
      await expect.poll(() => seen.has(last.runId), { timeout: 20_000 }).toBe(true);
      await consumer.close();
    }
  });
}

it("has a new id for each run, later ones greater, which places rest on", () => {
  const some = Array.from({ length: 50 }, () => ids.next());
  expect(some).toEqual([...some].sort());
});
