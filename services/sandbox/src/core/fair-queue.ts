/** Items of many partitions, which take turns: one that brings hundreds does not keep another's first one waiting. */
export class FairQueue<Item> {
  readonly #partitions = new Map<string, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(partition: string, item: Item): void {
    const items = this.#partitions.get(partition);
    if (items === undefined) this.#partitions.set(partition, [item]);
    else items.push(item);
    this.#size += 1;
  }

  /** The next item that can go on, of the partition whose turn it is or of the first one after it that has any. */
  take(canGoOn: (item: Item) => boolean): Item | undefined {
    for (const [partition, items] of this.#partitions) {
      const index = items.findIndex(canGoOn);
      if (index < 0) continue;
      const [item] = items.splice(index, 1);
      this.#size -= 1;
      // It is the last one's turn again after all the others'.
      this.#partitions.delete(partition);
      if (items.length > 0) this.#partitions.set(partition, items);
      return item;
    }
    return undefined;
  }

  /** Takes one out that does not want to wait any longer. */
  remove(partition: string, item: Item): void {
    const items = this.#partitions.get(partition);
    const index = items?.indexOf(item) ?? -1;
    if (items === undefined || index < 0) return;
    items.splice(index, 1);
    this.#size -= 1;
    if (items.length === 0) this.#partitions.delete(partition);
  }
}
