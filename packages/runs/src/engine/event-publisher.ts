import type { RunEvent } from "@diwan/contracts";
import type { LiveEventWriter } from "../ports.ts";

/** Longest time a piece of text waits for the next, so that a fast model costs one event for many tokens. */
const COALESCE_MS = 15;

/** Longest time that what is no text waits, so that a step's beginning and a quick end are one write, if not a whole run. */
const QUIET_MS = 25;

/** Between two tries while the live stream cannot be written. */
const TRY_AGAIN_MS = 250;

/** How long whoever flushes waits for a stream that cannot be written. Readers find the end in the store then. */
const FLUSH_WITHIN_MS = 5_000;

/**
 * Hands a run's events on in order, one write after the other. Text that comes within one tick is one event: here, once, so
 * that every reader sees the same pieces under the same numbers. What cannot be written for now is
 * tried again; what is refused is somebody else's to tell.
 */
export class EventPublisher {
  readonly #writer: LiveEventWriter;
  readonly #reply: () => string;
  #pending: RunEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** When text was last written; what else happens in a run never makes text wait. */
  #lastTextAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;
  /** What is pending should have been written during the write that is under way. */
  #isOverdue = false;
  #refused = false;

  /** @param reply  All text that was published so far. */
  constructor(writer: LiveEventWriter, reply: () => string) {
    this.#writer = writer;
    this.#reply = reply;
  }

  publish(event: RunEvent): void {
    if (this.#refused) return;
    this.#add(event);
    const isText = event.type === "text-delta" || event.type === "reasoning-delta";
    const waitMs = isText ? this.#lastTextAt + COALESCE_MS - performance.now() : QUIET_MS;
    if (waitMs <= 0) this.#writeSoon();
    else this.#timer ??= setTimeout(() => this.#write(), waitMs);
  }

  /** The end is about to come: text goes with it, in one write, unless that takes longer than text may wait. */
  awaitEnd(): void {
    if (this.#immediate === undefined) return;
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    this.#immediate = undefined;
    this.#timer = setTimeout(() => this.#write(), COALESCE_MS);
  }

  /** Resolves when everything published so far is readable elsewhere, or given up. */
  async flush(): Promise<void> {
    const giveUp = setTimeout(() => this.#refuse(), FLUSH_WITHIN_MS);
    this.#write();
    while (this.#writing !== undefined) await this.#writing;
    clearTimeout(giveUp);
  }

  /** No more events come. */
  async close(): Promise<void> {
    await this.flush();
    const wasRefused = this.#refused;
    this.#refuse();
    if (!wasRefused) await this.#writer.close().catch(() => {});
  }

  #add(event: RunEvent): void {
    const last = this.#pending.at(-1);
    if (event.type === "text-delta" && last?.type === "text-delta" && sameSelector(last.selector, event.selector)) {
      last.text += event.text;
    } else {
      this.#pending.push(event.type === "text-delta" ? { ...event } : event);
    }
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
    this.#isOverdue = this.#writing !== undefined;
    if (this.#isOverdue) return;
    const events = this.#pending;
    this.#pending = [];
    if (events.at(-1)!.type === "text-delta") this.#lastTextAt = performance.now();
    this.#writing = this.#append(events).finally(() => {
      this.#writing = undefined;
      if (this.#isOverdue) this.#write();
    });
  }

  async #append(given: readonly RunEvent[]): Promise<void> {
    let events = given;
    while (!this.#refused) {
      try {
        if ((await this.#writer.append(events)) === "written") return;
        // Whoever comes to the new stream gets the whole text first; what waits is part of it.
        events = [{ type: "text-replaced", text: this.#reply(), reason: "" }, ...events.filter(isNoText)];
        this.#pending = this.#pending.filter(isNoText);
      } catch (error) {
        if ((error as { code?: string }).code === "run.lease-lost") this.#refuse();
        else await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
      }
    }
  }

  #refuse(): void {
    this.#refused = true;
    this.#pending = [];
  }
}

function isNoText({ type }: RunEvent): boolean {
  return type !== "text-delta" && type !== "text-replaced";
}

function sameSelector(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((part, place) => part === b[place]));
}
