/**
 * Tells those at work that the process must go. No `AbortSignal`: a listener that is removed from one goes on naming the
 * next, so that each keeps all that came after it, and what those hold, through the collections of young garbage.
 */
export class Shutdown {
  readonly #listeners = new Set<() => void>();
  #hasBegun = false;

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** Called at once where it has begun already. Returns how to listen no more. */
  onBegin(listener: () => void): () => void {
    if (this.#hasBegun) listener();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
