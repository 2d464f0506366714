/** Answers that take as long as a run: streams, and calls that wait for its end. */
export class OpenAnswers {
  readonly #resumable = new Set<AbortController>();
  readonly #others = new Set<AbortController>();
  #ended: (() => void) | undefined;

  /**
   * @param isResumable  Its reader can go on with it at another api.
   * @returns What ends it, and what to call when it has ended.
   */
  add(isResumable: boolean): { abort: AbortController; forget: () => void } {
    const abort = new AbortController();
    const kind = isResumable ? this.#resumable : this.#others;
    kind.add(abort);
    const forget = () => {
      kind.delete(abort);
      if (this.#count === 0) this.#ended?.();
    };
    return { abort, forget };
  }

  /** Resolves when none is open: those that do not end within their time are ended. */
  async drain(limits: { resumableMs: number; otherMs: number }): Promise<void> {
    const allEnded = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    const timers = [
      setTimeout(() => endAll(this.#resumable), limits.resumableMs),
      setTimeout(() => endAll(this.#others), limits.otherMs),
    ];
    if (this.#count > 0) await allEnded;
    for (const timer of timers) clearTimeout(timer);
  }

  get #count(): number {
    return this.#resumable.size + this.#others.size;
  }
}

function endAll(answers: Iterable<AbortController>): void {
  for (const answer of answers) answer.abort();
}
