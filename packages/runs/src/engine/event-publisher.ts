import type { RunEvent } from "@diwan/contracts";
import type { LiveEventWriter } from "../ports.ts";

/** Longest time a piece of text waits for the next, so that a fast model costs one event for many tokens. */
const COALESCE_MS = 15;

/**
 * Hands a run's events on in order. Text that comes within one tick is one event: here, once, so that every reader sees
 * the same pieces under the same numbers.
 */
export class EventPublisher {
  readonly #writer: LiveEventWriter;
  #pending: RunEvent[] = [];
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #lastFlushAt = Number.NEGATIVE_INFINITY;
  #written: Promise<void> = Promise.resolve();

  constructor(writer: LiveEventWriter) {
    this.#writer = writer;
  }

  publish(event: RunEvent): void {
    const last = this.#pending.at(-1);
    if (event.type === "text-delta" && last?.type === "text-delta" && sameSelector(last.selector, event.selector)) {
      last.text += event.text;
    } else {
      this.#pending.push(event.type === "text-delta" ? { ...event } : event);
    }
    this.#timer ??= this.#schedule();
  }

  /** Resolves when everything published so far is readable elsewhere. */
  async flush(): Promise<void> {
    this.#write();
    await this.#written;
  }

  #schedule(): NodeJS.Timeout | NodeJS.Immediate {
    const waitMs = this.#lastFlushAt + COALESCE_MS - performance.now();
    return waitMs <= 0 ? setImmediate(() => this.#write()) : setTimeout(() => this.#write(), waitMs);
  }

  #write(): void {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer as NodeJS.Timeout);
      clearImmediate(this.#timer as NodeJS.Immediate);
      this.#timer = undefined;
    }
    if (this.#pending.length === 0) return;
    const events = this.#pending;
    this.#pending = [];
    this.#lastFlushAt = performance.now();
    const before = this.#written;
    this.#written = this.#writer.append(events).then(() => before);
    // A live stream that cannot be written is a reader's loss, not the run's: whoever flushes hears of it.
    this.#written.catch(() => {});
  }
}

function sameSelector(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((part, place) => part === b[place]));
}
