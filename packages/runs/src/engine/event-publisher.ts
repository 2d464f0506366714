import type { RunEvent } from "@diwan/contracts";
import type { LiveEventWriter } from "../ports.ts";

/** Longest time a piece of text waits for the next, so that a fast model costs one event for many tokens. */
const COALESCE_MS = 15;

/** Longest time that what is no text waits, so that a step's beginning and a quick end are one write. */
const QUIET_MS = 10;

/**
 * Hands a run's events on in order. Text that comes within one tick is one event: here, once, so that every reader sees
 * the same pieces under the same numbers.
 */
export class EventPublisher {
  readonly #writer: LiveEventWriter;
  #pending: RunEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** When text was last written; what else happens in a run never makes text wait. */
  #lastTextAt = Number.NEGATIVE_INFINITY;
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
    const isText = event.type === "text-delta" || event.type === "reasoning-delta";
    const waitMs = isText ? this.#lastTextAt + COALESCE_MS - performance.now() : QUIET_MS;
    if (waitMs <= 0) this.#writeSoon();
    else this.#timer ??= setTimeout(() => this.#write(), waitMs);
  }

  /** Resolves when everything published so far is readable elsewhere. */
  async flush(): Promise<void> {
    this.#write();
    await this.#written;
  }

  /** After everything that happens in this turn of the event loop, so that one write carries it all. */
  #writeSoon(): void {
    this.#immediate ??= setImmediate(() => this.#write());
  }

  #write(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    if (this.#pending.length === 0) return;
    const events = this.#pending;
    this.#pending = [];
    if (events.at(-1)!.type === "text-delta") this.#lastTextAt = performance.now();
    const before = this.#written;
    this.#written = this.#writer.append(events).then(() => before);
    // A live stream that cannot be written is a reader's loss, not the run's: whoever flushes hears of it.
    this.#written.catch(() => {});
  }
}

function sameSelector(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((part, place) => part === b[place]));
}
