import { queueNames, type RunQueueName } from "@diwan/contracts";
import { PlacedRuns } from "./placed-runs.ts";
import type { RunDelivery, RunTaker, TakenRun, WaitingRuns } from "./waiting-runs.ts";

/** Waiting runs of one process. What waited when it ended is in the database, and is added again at its start. */
export class MemoryWaitingRuns implements WaitingRuns {
  readonly #queues: Record<RunQueueName, PlacedRuns> = {
    [queueNames.runsInteractive]: new PlacedRuns(),
    [queueNames.runsBackground]: new PlacedRuns(),
  };
  readonly #takers = new Set<MemoryTaker>();

  async add(queue: RunQueueName, delivery: RunDelivery, place: number): Promise<void> {
    this.#queues[queue].add(delivery, place);
    for (const taker of this.#takers) taker.look();
  }

  openTaker(): RunTaker {
    const taker = new MemoryTaker(this.#queues, () => this.#takers.delete(taker));
    this.#takers.add(taker);
    return taker;
  }
}

type Asked = { queues: readonly RunQueueName[]; answer: PromiseWithResolvers<TakenRun | undefined> };

class MemoryTaker implements RunTaker {
  readonly #queues: Record<RunQueueName, PlacedRuns>;
  readonly #onClose: () => void;
  #asked: Asked[] = [];

  constructor(queues: Record<RunQueueName, PlacedRuns>, onClose: () => void) {
    this.#queues = queues;
    this.#onClose = onClose;
  }

  take(queues: readonly RunQueueName[]): Promise<TakenRun | undefined> {
    const answer = Promise.withResolvers<TakenRun | undefined>();
    this.#asked.push({ queues, answer });
    this.look();
    return answer.promise;
  }

  interrupt(): void {
    for (const { answer } of this.#asked.splice(0)) answer.resolve(undefined);
  }

  close(): void {
    this.#onClose();
    for (const { answer } of this.#asked.splice(0)) answer.reject(new Error("The consumer was closed."));
  }

  /** Answers who can be answered. */
  look(): void {
    this.#asked = this.#asked.filter(({ queues, answer }) => {
      const queue = queues.find((name) => this.#queues[name].size > 0);
      if (queue === undefined) return true;
      answer.resolve({ queue, delivery: this.#queues[queue].takeFirst()! });
      return false;
    });
  }
}
