import type { JournalEntry } from "@diwan/contracts";
import { RunErrors } from "../errors.ts";

const GROUP_MS = 25;
const GROUP_ENTRIES = 64;

/** Writes entries at a position; throws when another worker holds the run. */
export type AppendJournal = (position: number, entries: readonly JournalEntry[]) => Promise<void>;

/**
 * Appends to a run's journal in groups: after 25 ms or 64 entries, and whenever asked to, which is before a step with
 * outside effects starts and right after it ends.
 */
export class JournalWriter {
  readonly #append: AppendJournal;
  readonly #onError: (error: unknown) => void;
  #position: number;
  #pending: JournalEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #written: Promise<void> = Promise.resolve();

  /** @param onError  Called once when a group could not be written; the run must end then, its history has a hole. */
  constructor(position: number, append: AppendJournal, onError: (error: unknown) => void) {
    this.#position = position;
    this.#append = append;
    this.#onError = onError;
  }

  add(entry: JournalEntry): void {
    this.#pending.push(entry);
    if (this.#pending.length >= GROUP_ENTRIES) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), GROUP_MS);
  }

  async flush(): Promise<void> {
    this.#write();
    await this.#written;
  }

  /** Hands over what is not written yet, for whoever writes it together with the run's end. */
  async takeRest(): Promise<{ position: number; entries: JournalEntry[] }> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#written;
    const rest = { position: this.#position, entries: this.#pending };
    this.#pending = [];
    return rest;
  }

  /** Writes nothing more, and resolves when nothing is under way: whoever goes on reads what is there. */
  async abandon(): Promise<void> {
    clearTimeout(this.#timer);
    this.#pending = [];
    const written = this.#written;
    this.#written = written.then(() => {
      throw RunErrors["lease-lost"]({});
    });
    this.#written.catch(() => {});
    await written.catch(() => {});
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const entries = this.#pending;
    const position = this.#position;
    this.#pending = [];
    this.#position += entries.length;
    this.#written = this.#written.then(() => this.#append(position, entries));
    this.#written.catch(this.#onError);
  }
}
