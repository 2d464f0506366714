/**
 * A controller that also aborts with another signal, until it is let go of. `AbortSignal.any` lets go by itself, by weak
 * references: they keep what they name, and all it names, through the collections of young garbage.
 */
export class LinkedAbort implements Disposable {
  readonly #own = new AbortController();
  readonly #outer: AbortSignal;
  readonly #follow = () => this.#own.abort(this.#outer.reason);

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    if (outer.aborted) this.#follow();
    else outer.addEventListener("abort", this.#follow);
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  abort(reason?: unknown): void {
    this.#own.abort(reason);
  }

  /** The outer signal aborts nothing from here on. */
  [Symbol.dispose](): void {
    this.#outer.removeEventListener("abort", this.#follow);
  }
}
