import type { Redis } from "ioredis";
import { writeTogether } from "./open-redis.ts";

type Listener = {
  onMessage(payload: string): void;
  /** Messages may have been missed: the connection was lost and is back. */
  onGap?(): void;
};

/** How long a channel without listeners is still subscribed to, so that leaving many is one command. */
const LEAVE_MS = 200;

/** Many listeners on one subscribing connection. */
export class RedisChannels {
  readonly #connection: Redis;
  readonly #listeners = new Map<string, Set<Listener>>();
  #readyBefore = false;
  #leaving: NodeJS.Timeout | undefined;

  /** @param redis  Copied: a connection that subscribes can do nothing else. */
  constructor(redis: Redis) {
    this.#connection = redis.duplicate({ maxRetriesPerRequest: null });
    writeTogether(this.#connection);
    this.#connection.on("error", () => {});
    this.#connection.on("message", (channel: string, payload: string) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener.onMessage(payload);
    });
    this.#connection.on("ready", () => {
      if (this.#readyBefore) this.#tellOfGap();
      this.#readyBefore = true;
    });
  }

  /** Resolves when messages that are published from now on will be heard. */
  async listen(channel: string, listener: Listener): Promise<() => void> {
    let listeners = this.#listeners.get(channel);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(channel, listeners);
    }
    listeners.add(listener);
    // Repeating it is harmless, and the answer tells that the first one has arrived.
    await this.#connection.subscribe(channel);
    return () => this.#forget(channel, listener);
  }

  async close(): Promise<void> {
    clearTimeout(this.#leaving);
    this.#listeners.clear();
    this.#connection.disconnect();
  }

  #forget(channel: string, listener: Listener): void {
    const listeners = this.#listeners.get(channel);
    listeners?.delete(listener);
    if (listeners?.size !== 0) return;
    this.#leaving ??= setTimeout(() => this.#leave(), LEAVE_MS).unref();
  }

  #leave(): void {
    this.#leaving = undefined;
    const empty = [...this.#listeners].flatMap(([channel, { size }]) => (size === 0 ? [channel] : []));
    for (const channel of empty) this.#listeners.delete(channel);
    if (empty.length > 0) this.#connection.unsubscribe(...empty).catch(() => {});
  }

  #tellOfGap(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener.onGap?.();
  }
}
