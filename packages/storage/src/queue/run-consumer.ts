import { setTimeout as sleep } from "node:timers/promises";
import type { RunQueueName } from "@diwan/contracts";
import { atMost } from "@diwan/kernel";
import { BEFORE_ALL_OTHERS } from "@diwan/runs";
import { RunSlots } from "./run-slots.ts";
import { placeOf, type RunDelivery, type RunTaker, type TakenRun, type WaitingRuns } from "./waiting-runs.ts";

export type ConsumeOptions = {
  /** Runs at once in this process. */
  concurrency: number;
  /**
   * A delivery may come twice; `handle` finds out by the run's claim. What it throws leaves the run to the reaper; with
   * `put-back` the run waits again, before all others, for another worker.
   */
  handle(delivery: RunDelivery): Promise<"done" | "put-back">;
  /** What kept runs from being taken, handled or put back. */
  onError(error: unknown): void;
};

/** Runs asked for at a time: a burst does not come one by one, and a worker that freezes keeps few from the others. */
const MOST_ASKED = 4;

const TRY_AGAIN_MS = 500;

/** Between the end of the last run in hand and that of a consumer whose backend does not answer. */
const CLOSE_WITHIN_MS = 5_000;

/** Asks for runs as long as there are free slots for what it asked for already. */
export class RunConsumer {
  readonly #waiting: WaitingRuns;
  readonly #options: ConsumeOptions;
  readonly #slots: RunSlots;
  readonly #taker: RunTaker;
  readonly #inHand = new Set<Promise<void>>();
  readonly #asking = new Set<Promise<void>>();
  /** Where it asked last. */
  #asked: readonly RunQueueName[] = [];
  #isClosing = false;

  constructor(waiting: WaitingRuns, options: ConsumeOptions) {
    this.#waiting = waiting;
    this.#options = options;
    this.#slots = new RunSlots(options.concurrency);
    this.#taker = waiting.openTaker();
    this.#ask();
  }

  /** Takes no more runs and resolves when those in hand have ended. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#taker.interrupt();
    while (this.#inHand.size > 0) await Promise.all(this.#inHand);
    // Runs may be on their way; those that come are put back.
    await atMost(CLOSE_WITHIN_MS, Promise.all(this.#asking));
    this.#taker.close();
  }

  #ask(): void {
    while (!this.#isClosing && this.#asking.size < MOST_ASKED) {
      const { queues, room } = this.#slots.open;
      if (this.#asking.size >= room) return;
      this.#asked = queues;
      const asking: Promise<void> = this.#take(queues)
        .catch((error: unknown) => this.#outwait(error))
        .finally(() => {
          this.#asking.delete(asking);
          this.#ask();
        });
      this.#asking.add(asking);
    }
  }

  async #take(queues: readonly RunQueueName[]): Promise<void> {
    const taken = await this.#taker.take(queues);
    if (taken === undefined) return;
    if (this.#isClosing) await this.#putBack(taken);
    else this.#hold(taken);
  }

  async #outwait(error: unknown): Promise<void> {
    if (this.#isClosing) return;
    this.#options.onError(error);
    await sleep(TRY_AGAIN_MS);
  }

  #hold(taken: TakenRun): void {
    this.#slots.count(taken.queue, 1);
    const work: Promise<void> = this.#handle(taken)
      .catch((error: unknown) => this.#options.onError(error))
      .finally(() => {
        this.#inHand.delete(work);
        this.#slots.count(taken.queue, -1);
        // What is asked for may leave out a queue that has a free slot by now.
        if (this.#asking.size > 0 && this.#slots.open.queues.some((name) => !this.#asked.includes(name)))
          this.#taker.interrupt();
        this.#ask();
      });
    this.#inHand.add(work);
  }

  async #handle(taken: TakenRun): Promise<void> {
    if ((await this.#options.handle(taken.delivery)) === "put-back") await this.#putBack(taken);
  }

  #putBack({ queue, delivery }: TakenRun): Promise<void> {
    return this.#waiting.add(queue, delivery, placeOf(BEFORE_ALL_OTHERS));
  }
}
