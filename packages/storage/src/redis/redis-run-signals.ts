import type { RunId } from "@diwan/kernel";
import type { RunSignals } from "@diwan/runs";
import type { Redis } from "ioredis";
import type { RedisChannels } from "./redis-channels.ts";

/** A signal that is lost during an outage is made up for by the next heartbeat. */
export class RedisRunSignals implements RunSignals {
  readonly #redis: Redis;
  readonly #channel: string;
  readonly #listeners = new Set<(runId: RunId) => void>();

  private constructor(redis: Redis, channel: string) {
    this.#redis = redis;
    this.#channel = channel;
  }

  static async open(redis: Redis, channels: RedisChannels, prefix = "diwan"): Promise<RedisRunSignals> {
    const signals = new RedisRunSignals(redis, `${prefix}:stop`);
    await channels.listen(signals.#channel, {
      onMessage: (runId) => {
        for (const listener of signals.#listeners) listener(runId as RunId);
      },
    });
    return signals;
  }

  async stop(runId: RunId): Promise<void> {
    await this.#redis.publish(this.#channel, runId);
  }

  onStop(listener: (runId: RunId) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
