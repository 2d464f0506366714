import type { SequencedRunEvent } from "@diwan/contracts";

/**
 * Puts one reader's events in order from two sources: what is published as it happens, and what is stored. Published
 * events may repeat stored ones; a gap between them is filled from the store.
 */
export class EventReader {
  readonly #readStored: (fromSeq: number) => Promise<SequencedRunEvent[]>;
  readonly #signal: AbortSignal;
  #lastSeq: number;
  #ready: SequencedRunEvent[] = [];
  #looking: Promise<void> | undefined;
  #ended = false;
  #failure: unknown;
  #wake: (() => void) | undefined;

  constructor(afterSeq: number, readStored: (fromSeq: number) => Promise<SequencedRunEvent[]>, signal: AbortSignal) {
    this.#lastSeq = afterSeq;
    this.#readStored = readStored;
    this.#signal = signal;
  }

  get hasEvents(): boolean {
    return this.#ready.length > 0;
  }

  offer(events: readonly SequencedRunEvent[]): void {
    // While stored ones are on their way, newer ones would seem to leave a gap; they are stored too and come along.
    if (this.#looking !== undefined) {
      this.#looking.then(() => this.offer(events));
      return;
    }
    const first = events[0]?.seq ?? 0;
    if (first > this.#lastSeq + 1) {
      this.lookAgain();
      return;
    }
    this.#take(events);
  }

  /** Reads what is stored beyond the last event. */
  lookAgain(): Promise<void> {
    this.#looking ??= this.#readStored(this.#lastSeq + 1).then(
      (events) => {
        this.#looking = undefined;
        this.#take(events);
      },
      (error: unknown) => {
        this.#looking = undefined;
        this.#failure = error;
        this.#wake?.();
      },
    );
    return this.#looking;
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async hasEventsWithin(ms: number): Promise<boolean> {
    if (!this.hasEvents) await this.#changed(ms);
    return this.hasEvents;
  }

  /** @param onEnd  Called once, however reading ends. */
  async *follow(onEnd: () => void): AsyncGenerator<SequencedRunEvent> {
    try {
      while (!this.#signal.aborted) {
        const events = this.#ready;
        this.#ready = [];
        for (const event of events) {
          yield event;
          if (event.event.type === "run.finished" || this.#signal.aborted) return;
        }
        if (this.#failure !== undefined) throw this.#failure;
        if (this.#ready.length > 0) continue;
        if (this.#ended) return;
        await this.#changed();
      }
    } finally {
      onEnd();
    }
  }

  #take(events: readonly SequencedRunEvent[]): void {
    for (const event of events) {
      if (event.seq <= this.#lastSeq) continue;
      this.#lastSeq = event.seq;
      this.#ready.push(event);
    }
    this.#wake?.();
  }

  #changed(limitMs?: number): Promise<void> {
    if (this.#signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        this.#signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = limitMs === undefined ? undefined : setTimeout(done, limitMs);
      this.#wake = done;
      this.#signal.addEventListener("abort", done);
    });
  }
}
