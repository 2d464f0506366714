import { LinkedAbort } from "@diwan/kernel";
import type { EventPublisher } from "./event-publisher.ts";
import type { JournalWriter } from "./journal-writer.ts";

/** What one try to drive a run writes to, until the run is told to stop or the try breaks. */
export class RunLine implements Disposable {
  readonly publisher: EventPublisher;
  readonly journal: JournalWriter;
  readonly wasStreamed: boolean;
  readonly #abort: LinkedAbort;
  #brokenBy: unknown;

  constructor(publisher: EventPublisher, journal: JournalWriter, wasStreamed: boolean, stop: AbortSignal) {
    this.publisher = publisher;
    this.journal = journal;
    this.wasStreamed = wasStreamed;
    this.#abort = new LinkedAbort(stop);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The try cannot go on. */
  break(error: unknown): void {
    this.#brokenBy ??= error;
    this.#abort.abort(error);
  }

  throwIfBroken(): void {
    if (this.#brokenBy !== undefined) throw this.#brokenBy;
  }

  [Symbol.dispose](): void {
    this.#abort[Symbol.dispose]();
  }
}
