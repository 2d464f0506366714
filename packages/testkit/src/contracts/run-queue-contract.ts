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
    onError(error: unknown): void;
  }): { close(): Promise<void> };
};

/** Long enough for a delivery that should not come. */
const A_MOMENT_MS = 50;

/** What every RunQueue promises. @param open  Gives a queue that nothing waits in. */
export function runQueueContract(open: () => ConsumedRunQueue): void {
  const consumers: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
  });
  const consume = (
    queue: ConsumedRunQueue,
    concurrency: number,
    work: (delivery: Delivery) => Promise<unknown>,
    onError: (error: unknown) => void = () => {},
  ) => {
    const handle = async (delivery: Delivery) => ((await work(delivery)) === "put-back" ? "put-back" : "done");
    const consumer = queue.consume({ concurrency, handle, onError });
    consumers.push(consumer);
    return consumer;
  };
  const aMoment = () => new Promise((resolve) => setTimeout(resolve, A_MOMENT_MS));
  const aDelivery = (): Delivery => ({ scope: aScope(), runId: ids.next() });

  it("delivers a run with its workspace, once, and again after it was done", async () => {
    const queue = open();
    const delivery = aDelivery();
    const seen: Delivery[] = [];
    for (let times = 0; times < 3; times += 1) await queue.enqueue("runs-background", delivery);
    consume(queue, 4, async (taken) => void seen.push(taken));
    await expect.poll(() => seen).toEqual([delivery]);
    await aMoment();
    expect(seen).toHaveLength(1);
    await queue.enqueue("runs-background", delivery);
    await expect.poll(() => seen).toEqual([delivery, delivery]);
  });

  it("delivers a run once more that is in somebody's hands: the run itself tells who may go on", async () => {
    const queue = open();
    const delivery = aDelivery();
    let deliveries = 0;
    const held = Promise.withResolvers<void>();
    consume(queue, 4, () => {
      deliveries += 1;
      return held.promise;
    });
    await queue.enqueue("runs-interactive", delivery);
    await expect.poll(() => deliveries).toBe(1);
    await queue.enqueue("runs-interactive", delivery);
    await expect.poll(() => deliveries).toBe(2);
    held.resolve();
  });

  it("gives a run that was put back to another worker, before all others", async () => {
    const queue = open();
    const delivery = aDelivery();
    const handedOver = Promise.withResolvers<void>();
    const seen: string[] = [];
    const leaving = consume(queue, 4, async () => {
      seen.push("leaving");
      await handedOver.promise;
      return "put-back";
    });
    await queue.enqueue("runs-interactive", delivery);
    await expect.poll(() => seen).toEqual(["leaving"]);
    const closing = leaving.close();
    await aMoment();
    const other = aDelivery();
    await queue.enqueue("runs-interactive", other, 0);
    handedOver.resolve();
    await closing;
    consume(queue, 1, async ({ runId }) => void seen.push(runId));
    await expect.poll(() => seen).toEqual(["leaving", delivery.runId, other.runId]);
  });

  it("forgets a run whose handling failed, and says so: the reaper decides about it", async () => {
    const queue = open();
    const delivery = aDelivery();
    const problems: unknown[] = [];
    const broken = new Error("broken");
    const handle = async () => {
      throw broken;
    };
    consume(queue, 2, handle, (error) => problems.push(error));
    await queue.enqueue("runs-interactive", delivery);
    await expect.poll(() => problems).toEqual([broken]);
    await aMoment();
    expect(problems).toHaveLength(1);
    await queue.enqueue("runs-interactive", delivery);
    await expect.poll(() => problems).toEqual([broken, broken]);
  });

  it("takes what waits as soon as there is a place for it, in the order of places and then of runs", async () => {
    const queue = open();
    const deliveries = Array.from({ length: 4 }, aDelivery);
    const order = [2, 0, 1, 0];
    const places = deliveries.map((delivery, index) => ({ delivery, place: order[index]! }));
    for (const { delivery, place } of places.toReversed()) await queue.enqueue("runs-interactive", delivery, place);
    // One that waits already keeps the better place.
    await queue.enqueue("runs-interactive", deliveries[1]!, 9);
    const seen: RunId[] = [];
    consume(queue, 1, async ({ runId }) => void seen.push(runId));
    const expected = [1, 3, 2, 0].map((index) => deliveries[index]!.runId);
    await expect.poll(() => seen).toEqual(expected);
  });

  it("keeps half of a worker's slots for interactive runs", async () => {
    const queue = open();
    const held = Promise.withResolvers<void>();
    const running: Record<string, number> = { background: 0, interactive: 0 };
    const background = new Set<RunId>();
    consume(queue, 4, ({ runId }) => {
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

  it("lets background runs begin although interactive ones fill the worker, and takes these again when one has ended", async () => {
    const queue = open();
    const held = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const seen: RunId[] = [];
    consume(queue, 2, async ({ runId }) => {
      seen.push(runId);
      await held[seen.length - 1]!.promise;
    });
    const deliveries = Array.from({ length: 4 }, aDelivery);
    for (const delivery of deliveries.slice(0, 2)) await queue.enqueue("runs-interactive", delivery);
    await expect.poll(() => seen).toHaveLength(2);
    await queue.enqueue("runs-interactive", deliveries[3]!);
    await aMoment();
    expect(seen).toHaveLength(2);
    await queue.enqueue("runs-background", deliveries[2]!);
    await expect.poll(() => seen).toHaveLength(3);
    for (const one of held.slice(0, 2)) one.resolve();
    await expect.poll(() => seen).toEqual(deliveries.map(({ runId }) => runId));
    for (const one of held) one.resolve();
  });

  it("closes a worker only when what it holds has ended, and takes no more", async () => {
    const queue = open();
    const held = Promise.withResolvers<void>();
    let ended = 0;
    let began = 0;
    const consumer = consume(queue, 2, async () => {
      began += 1;
      await held.promise;
      ended += 1;
    });
    await queue.enqueue("runs-interactive", aDelivery());
    await expect.poll(() => began).toBe(1);
    const closing = consumer.close();
    await queue.enqueue("runs-interactive", aDelivery());
    setTimeout(() => held.resolve(), A_MOMENT_MS);
    await closing;
    expect([began, ended]).toEqual([1, 1]);
    const seen: RunId[] = [];
    consume(queue, 2, async ({ runId }) => void seen.push(runId));
    await expect.poll(() => seen).toHaveLength(1);
  });
  it("keeps a run that is on its way to a worker that closes for the next one", async () => {
    const queue = open();
    const seen: string[] = [];
    const leaving = consume(queue, 2, async () => void seen.push("leaving"));
    await aMoment();
    const delivery = aDelivery();
    await Promise.all([queue.enqueue("runs-interactive", delivery, 0), leaving.close()]);
    consume(queue, 2, async ({ runId }) => void seen.push(runId));
    await expect.poll(() => seen).toEqual([delivery.runId]);
  });
}
