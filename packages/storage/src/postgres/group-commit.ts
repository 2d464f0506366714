/**
 * Writes what comes while a write is on its way together in the next one. One writer alone waits for nobody; sixty at
 * once cost two commits instead of sixty.
 */
export class GroupCommit<Item> {
  readonly #write: (items: readonly Item[]) => Promise<void>;
  #waiting: { item: Item; done: () => void; fail: (error: unknown) => void }[] = [];
  #writing = false;

  /** @param write  Writes all of the items, or none and throws. */
  constructor(write: (items: readonly Item[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when the item is written. One that cannot be does not keep the others from it. */
  add(item: Item): Promise<void> {
    return new Promise((done, fail) => {
      this.#waiting.push({ item, done, fail });
      if (!this.#writing) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(group.map(({ item }) => item));
        for (const { done } of group) done();
      } catch (error) {
        if (group.length === 1) group[0]!.fail(error);
        else await Promise.all(group.map(({ item, done, fail }) => this.#write([item]).then(done, fail)));
      }
    }
    this.#writing = false;
  }
}
