import { FairQueue } from "./fair-queue.ts";

export type SchedulerOptions<Kind extends string> = {
  /** Programs at once, of all kinds. */
  maxRunning: number;
  /** Programs at once, of each kind. */
  capacity: Readonly<Record<Kind, number>>;
  /** Requests at once, running and waiting. */
  maxRequests: number;
  /** How long one may wait. */
  maxWaitMs: number;
};

export class Busy extends Error {}

type Waiting<Kind> = { kind: Kind; begin(): void };

/** Lets programs begin: so many at once, of each kind so many, and partitions in turn. */
export class Scheduler<Kind extends string> {
  readonly #options: SchedulerOptions<Kind>;
  readonly #queue = new FairQueue<Waiting<Kind>>();
  readonly #running: Record<string, number> = {};
  #requests = 0;

  constructor(options: SchedulerOptions<Kind>) {
    this.#options = options;
  }

  get requests(): number {
    return this.#requests;
  }

  /** @throws Busy where too many requests are under way already. */
  admit(): Disposable {
    if (this.#requests >= this.#options.maxRequests) throw new Busy("Too many requests");
    this.#requests += 1;
    return {
      [Symbol.dispose]: () => {
        this.#requests -= 1;
      },
    };
  }

  /**
   * Waits for a place; dispose of it after the program.
   *
   * @throws Busy once it has waited too long; the signal's reason when whoever asked leaves.
   */
  place(kind: Kind, partition: string, signal: AbortSignal): Promise<Disposable> {
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown) => {
        this.#queue.remove(partition, waiting);
        done();
        reject(reason);
      };
      const abort = () => leave(signal.reason);
      const timer = setTimeout(() => leave(new Busy("Too many requests")), this.#options.maxWaitMs);
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
      };
      const waiting: Waiting<Kind> = {
        kind,
        begin: () => {
          done();
          resolve({ [Symbol.dispose]: () => this.#end(kind) });
        },
      };
      signal.addEventListener("abort", abort);
      this.#queue.add(partition, waiting);
      if (signal.aborted) abort();
      else this.#next();
    });
  }

  #next(): void {
    const { maxRunning, capacity } = this.#options;
    for (;;) {
      const all = Object.values(this.#running).reduce((sum, count) => sum + count, 0);
      if (all >= maxRunning) return;
      const waiting = this.#queue.take(({ kind }) => (this.#running[kind] ?? 0) < capacity[kind]);
      if (waiting === undefined) return;
      this.#running[waiting.kind] = (this.#running[waiting.kind] ?? 0) + 1;
      waiting.begin();
    }
  }

  #end(kind: Kind): void {
    this.#running[kind]! -= 1;
    this.#next();
  }
}
