import type { RunQueueName } from "@diwan/contracts";
import type { RunId, WorkspaceScope } from "@diwan/kernel";
import type { RunQueue } from "@diwan/runs";
import { type ConsumeOptions, RunConsumer } from "./run-consumer.ts";
import { placeOf, type RunDelivery, type WaitingRuns } from "./waiting-runs.ts";

/** Runs of its workspace that are before a run. */
export type RunRanks = { ahead(scope: WorkspaceScope, runId: RunId): Promise<number> };

/**
 * Runs that wait for workers, each at the place that it has among its workspace's, so workspaces take turns: whoever asks
 * for a first run waits behind the first of each other one. Places get better with time, and a run that is offered again
 * gets its new one.
 *
 * @source docs/decisions/0016-workspaces-take-turns.md, docs/decisions/0020-waiting-runs-are-a-sorted-set.md
 */
export class RankedRunQueue implements RunQueue {
  readonly #waiting: WaitingRuns;
  readonly #ranks: RunRanks;

  constructor(waiting: WaitingRuns, ranks: RunRanks) {
    this.#waiting = waiting;
    this.#ranks = ranks;
  }

  async enqueue(queue: RunQueueName, delivery: RunDelivery, ahead?: number): Promise<void> {
    const before = ahead ?? (await this.#ranks.ahead(delivery.scope, delivery.runId));
    await this.#waiting.add(queue, delivery, placeOf(before));
  }

  consume(options: ConsumeOptions): RunConsumer {
    return new RunConsumer(this.#waiting, options);
  }
}
