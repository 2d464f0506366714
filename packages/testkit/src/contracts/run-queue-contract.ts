import type { RunQueueName } from "@diwan/contracts";
import type { RunId, WorkspaceScope } from "@diwan/kernel";
import type { RunQueue } from "@diwan/runs";
import { afterEach, expect, it } from "vitest";
import { aScope, ids } from "./samples.ts";

type Delivery = { scope: WorkspaceScope; runId: RunId };

/** A RunQueue as its worker side sees it. */
export type ConsumedRunQueue = RunQueue & {
  consume(options: {
    concurrency: number;
    handle(delivery: Delivery): Promise<"done" | "put-back">;
    onError(error: Error): void;
  }): Promise<{ close(): Promise<void> }>;
  depth(queue: RunQueueName): Promise<{ waiting: number; active: number }>;
};

/** What every RunQueue promises. @param open  Gives a queue that nothing waits in. */
export function runQueueContract(open: () => ConsumedRunQueue): void {
  const consumers: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
  });
  const consume = async (
    queue: ConsumedRunQueue,
    concurrency: number,
    work: (delivery: Delivery) => Promise<unknown>,
  ) => {
    const handle = async (delivery: Delivery) => ((await work(delivery)) === "put-back" ? "put-back" : "done");
    const consumer = await queue.consume({ concurrency, handle, onError: () => {} });
    consumers.push(consumer);
    return consumer;
  };
  const aDelivery = (): Delivery => ({ scope: aScope(), runId: ids.next() });

  it("delivers a job with its workspace and keeps nothing of it", async () => {
    const queue = open();
    const delivery = aDelivery();
    const seen: Delivery[] = [];
    await consume(queue, 4, async (job) => void seen.push(job));
    await queue.enqueue("runs-interactive", delivery);
    await expect.poll(() => seen).toEqual([delivery]);
    await expect.poll(() => queue.depth("runs-interactive")).toMatchObject({ waiting: 0, active: 0 });
  });

  it("takes a run once while its job waits, and again after it was done", async () => {
    const queue = open();
    const delivery = aDelivery();
    await queue.enqueue("runs-background", delivery);
    await queue.enqueue("runs-background", delivery);
    await queue.offerAgain("runs-background", delivery);
    expect(await queue.depth("runs-background")).toMatchObject({ waiting: 1, active: 0 });
    const seen: RunId[] = [];
    await consume(queue, 4, async ({ runId }) => void seen.push(runId));
    await expect.poll(() => seen).toEqual([delivery.runId]);
    await expect.poll(() => queue.depth("runs-background")).toMatchObject({ waiting: 0, active: 0 });
    await queue.enqueue("runs-background", delivery);
    await expect.poll(() => seen).toEqual([delivery.runId, delivery.runId]);
  });

  it("offers a run once more whose job is in somebody's hands: the run itself tells who may go on", async () => {
    const queue = open();
    const delivery = aDelivery();
    let deliveries = 0;
    const held = Promise.withResolvers<void>();
    await consume(queue, 4, () => {
      deliveries += 1;
      return held.promise;
    });
    await queue.enqueue("runs-interactive", delivery);
    await expect.poll(() => deliveries).toBe(1);
    await queue.offerAgain("runs-interactive", delivery);
    await expect.poll(() => deliveries).toBe(2);
    await queue.offerAgain("runs-interactive", delivery);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(deliveries).toBe(2);
    held.resolve();
    await expect.poll(() => queue.depth("runs-interactive")).toMatchObject({ waiting: 0, active: 0 });
  });

  it("gives a job that was put back to another worker", async () => {
    const queue = open();
    const delivery = aDelivery();
    const handedOver = Promise.withResolvers<void>();
    const seen: string[] = [];
    const leaving = await consume(queue, 4, async () => {
      seen.push("leaving");
      await handedOver.promise;
      return "put-back";
    });
    await queue.enqueue("runs-interactive", delivery);
    await expect.poll(() => seen).toEqual(["leaving"]);
    await consume(queue, 4, async ({ runId }) => void seen.push(runId));
    const closing = leaving.close();
    // As after the time that runs have to end by themselves.
    await new Promise((resolve) => setTimeout(resolve, 300));
    handedOver.resolve();
    await closing;
    await expect.poll(() => seen).toEqual(["leaving", delivery.runId]);
    await expect.poll(() => queue.depth("runs-interactive")).toMatchObject({ waiting: 0, active: 0 });
  });

  it("forgets a job whose handling failed: the reaper decides about the run", async () => {
    const queue = open();
    const delivery = aDelivery();
    let deliveries = 0;
    await consume(queue, 2, async () => {
      deliveries += 1;
      throw new Error("broken");
    });
    await queue.enqueue("runs-interactive", delivery);
    await expect.poll(() => deliveries).toBe(1);
    await expect.poll(() => queue.depth("runs-interactive")).toMatchObject({ waiting: 0, active: 0 });
    await queue.offerAgain("runs-interactive", delivery);
    await expect.poll(() => deliveries).toBe(2);
  });

  it("keeps half of a worker's slots for interactive runs", async () => {
    const queue = open();
    const held = Promise.withResolvers<void>();
    const running: Record<string, number> = { background: 0, interactive: 0 };
    const background = new Set<RunId>();
    await consume(queue, 4, ({ runId }) => {
      const kind = background.has(runId) ? "background" : "interactive";
      running[kind] = (running[kind] ?? 0) + 1;
      return held.promise;
    });
    for (let index = 0; index < 6; index += 1) {
      const delivery = aDelivery();
      background.add(delivery.runId);
      await queue.enqueue("runs-background", delivery);
    }
    await expect.poll(() => running["background"]).toBe(2);
    for (let index = 0; index < 6; index += 1) await queue.enqueue("runs-interactive", aDelivery());
    await expect.poll(() => running["interactive"]).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(running).toEqual({ background: 2, interactive: 2 });
    held.resolve();
    await expect.poll(() => running).toEqual({ background: 6, interactive: 6 });
  });

  it("closes a worker only when what it holds has ended, and takes no more", async () => {
    const queue = open();
    const held = Promise.withResolvers<void>();
    let ended = 0;
    let began = 0;
    const consumer = await consume(queue, 2, async () => {
      began += 1;
      await held.promise;
      ended += 1;
    });
    await queue.enqueue("runs-interactive", aDelivery());
    await expect.poll(() => began).toBe(1);
    const closing = consumer.close();
    // What was on its way to the worker at this moment may still come.
    await new Promise((resolve) => setTimeout(resolve, 30));
    await queue.enqueue("runs-interactive", aDelivery());
    setTimeout(() => held.resolve(), 50);
    await closing;
    expect([began, ended]).toEqual([1, 1]);
    expect(await queue.depth("runs-interactive")).toMatchObject({ waiting: 1, active: 0 });
    const seen: RunId[] = [];
    await consume(queue, 2, async ({ runId }) => void seen.push(runId));
    await expect.poll(() => seen).toHaveLength(1);
  });
}
