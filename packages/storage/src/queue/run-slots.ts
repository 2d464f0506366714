import { queueNames, type RunQueueName } from "@diwan/contracts";

type SlotLimits = Record<RunQueueName, number>;

/**
 * Shares a worker's slots between its queues: background runs take half of them at most, and what they leave is for
 * interactive ones. One background run may go on beyond the total while interactive ones fill it, so that a busy day
 * never stops background work for good.
 */
export class RunSlots {
  readonly #total: number;
  readonly #running: SlotLimits = { [queueNames.runsInteractive]: 0, [queueNames.runsBackground]: 0 };

  constructor(total: number) {
    this.#total = total;
  }

  /** Counts a run that began (1) or ended (-1). */
  count(queue: RunQueueName, change: 1 | -1): void {
    this.#running[queue] += change;
  }

  /** Queues of which another run may begin, interactive ones first, and how many of them may, from whichever they come. */
  get open(): { queues: RunQueueName[]; room: number } {
    const limits = this.#limits;
    const room = (name: RunQueueName) => limits[name] - this.#running[name];
    const queues = Object.values(queueNames).filter((name) => room(name) > 0);
    return { queues, room: queues.length === 0 ? 0 : Math.min(...queues.map(room)) };
  }

  get #limits(): SlotLimits {
    const half = Math.floor(this.#total / 2);
    const interactive = this.#running[queueNames.runsInteractive];
    const background = this.#running[queueNames.runsBackground];
    return {
      [queueNames.runsInteractive]: Math.max(this.#total - half, this.#total - background, 1),
      [queueNames.runsBackground]: Math.max(Math.min(half, this.#total - interactive), 1),
    };
  }
}
