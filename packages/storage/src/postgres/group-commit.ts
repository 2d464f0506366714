import { DiwanError } from "@diwan/kernel";

/**
 * Writes items together and gives back those that were refused, with why. Throws where nothing was written at all.
 */
export type WriteGroup<Item> = (items: readonly Item[]) => Promise<ReadonlyMap<Item, Error>>;

type Waiting<Item> = { item: Item; done: () => void; fail: (error: unknown) => void };

/**
 * Writes what comes while a write is on its way together in the next one. One writer alone waits for nobody; sixty at
 * once cost two commits instead of sixty.
 */
export class GroupCommit<Item> {
  readonly #write: WriteGroup<Item>;
  #waiting: Waiting<Item>[] = [];
  #writing = false;

  constructor(write: WriteGroup<Item>) {
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
        settle(group, await this.#write(group.map(({ item }) => item)));
      } catch (error) {
        if (group.length === 1 || isOutage(error)) for (const { fail } of group) fail(error);
        else for (const one of group) await this.#writeAlone(one);
      }
    }
    this.#writing = false;
  }

  async #writeAlone(waiting: Waiting<Item>): Promise<void> {
    try {
      settle([waiting], await this.#write([waiting.item]));
    } catch (error) {
      waiting.fail(error);
    }
  }
}

/** The same for what has an answer: what is asked while one is on its way is asked together in the next. */
export class GroupedQuery<Question, Answer> {
  readonly #group: GroupCommit<{ question: Question; answer?: Answer }>;

  /** @param ask  Gives the answers by the places of their questions, from 0; a place may have none. */
  constructor(ask: (questions: readonly Question[]) => Promise<ReadonlyMap<number, Answer>>) {
    this.#group = new GroupCommit(async (items) => {
      const answers = await ask(items.map(({ question }) => question));
      for (const [place, answer] of answers) items[place]!.answer = answer;
      return new Map();
    });
  }

  async answerTo(question: Question): Promise<Answer | undefined> {
    const item: { question: Question; answer?: Answer } = { question };
    await this.#group.add(item);
    return item.answer;
  }
}

/** It may have been written; whoever asked knows how to find out. */
function isOutage(error: unknown): boolean {
  return error instanceof DiwanError && error.code === "storage.unavailable";
}

function settle<Item>(group: readonly Waiting<Item>[], refused: ReadonlyMap<Item, Error>): void {
  for (const { item, done, fail } of group) {
    const error = refused.get(item);
    if (error === undefined) done();
    else fail(error);
  }
}
