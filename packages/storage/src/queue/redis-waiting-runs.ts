import { randomBytes } from "node:crypto";
import { queueNames, type RunQueueName } from "@diwan/contracts";
import type { RunId, WorkspaceId } from "@diwan/kernel";
import type { Redis } from "ioredis";
import { writeTogether } from "../redis/open-redis.ts";
import type { RunDelivery, RunTaker, TakenRun, WaitingRuns } from "./waiting-runs.ts";

/** A server that is asked for a run answers within this time, run or not. */
const BLOCK_SECONDS = 5;

/** So many of those times without an answer, and the connection is given up: it leads nowhere any more. */
const PATIENCE = 3;

/** An interruption that nobody waited for is gone by then. */
const INTERRUPTION_MS = 60_000;

/**
 * Waiting runs of an installation: a sorted set for each queue, that workers take the lowest from. Each worker waits on a
 * connection of its own, so Redis hands a run to it the moment it is there. A run that is on its way to a worker that has
 * just died is lost here; it is queued still, and the reaper adds it again.
 */
export class RedisWaitingRuns implements WaitingRuns {
  readonly #redis: Redis;
  readonly #prefix: string;

  /** @param prefix  Of all keys. */
  constructor(redis: Redis, prefix = "diwan") {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async add(queue: RunQueueName, { scope, runId }: RunDelivery, place: number): Promise<void> {
    await this.#redis.zadd(keyOf(this.#prefix, queue), "LT", place, `${runId}:${scope.workspaceId}`);
  }

  openTaker(): RunTaker {
    return new RedisTaker(this.#redis, this.#prefix);
  }
}

class RedisTaker implements RunTaker {
  readonly #commands: Redis;
  readonly #waiting: Redis;
  readonly #queues: ReadonlyMap<string, RunQueueName>;
  readonly #keys: Readonly<Record<RunQueueName, string>>;
  /** A queue of its own, which comes before the others: what is in it ends a question. */
  readonly #interruption: string;
  readonly #watch: NodeJS.Timeout;
  #silentFor = 0;
  /** Questions without an answer. */
  #asked = 0;

  constructor(redis: Redis, prefix: string) {
    this.#commands = redis;
    // It waits through outages.
    this.#waiting = redis.duplicate({ maxRetriesPerRequest: null });
    writeTogether(this.#waiting);
    this.#waiting.on("error", () => {});
    this.#interruption = `${prefix}:interruption:${randomBytes(9).toString("base64url")}`;
    const names = Object.values(queueNames);
    this.#queues = new Map(names.map((name) => [keyOf(prefix, name), name]));
    this.#keys = {
      [queueNames.runsInteractive]: keyOf(prefix, queueNames.runsInteractive),
      [queueNames.runsBackground]: keyOf(prefix, queueNames.runsBackground),
    };
    this.#watch = setInterval(() => this.#giveUpSilence(), BLOCK_SECONDS * 1000).unref();
  }

  async take(queues: readonly RunQueueName[]): Promise<TakenRun | undefined> {
    if (this.#asked === 0) this.#silentFor = 0;
    this.#asked += 1;
    const keys = queues.map((name) => this.#keys[name]);
    const taken = await this.#waiting.bzpopmin(this.#interruption, ...keys, BLOCK_SECONDS).finally(() => {
      this.#asked -= 1;
      this.#silentFor = 0;
    });
    const queue = this.#queues.get(taken?.[0] ?? "");
    if (taken === null || queue === undefined) return undefined;
    const [runId, workspaceId] = taken[1].split(":") as [RunId, WorkspaceId];
    return { queue, delivery: { scope: { workspaceId }, runId } };
  }

  interrupt(): void {
    if (this.#asked === 0) return;
    const each = Array.from({ length: this.#asked }, (_, index) => [0, String(index)]).flat();
    const interruption = this.#commands.multi().zadd(this.#interruption, ...each);
    // Where it does not arrive, the time until the next answers is short.
    interruption
      .pexpire(this.#interruption, INTERRUPTION_MS)
      .exec()
      .catch(() => {});
  }

  close(): void {
    clearInterval(this.#watch);
    this.#waiting.disconnect();
  }

  /** The question is asked again on the next connection. */
  #giveUpSilence(): void {
    this.#silentFor += 1;
    if (this.#asked === 0 || this.#silentFor <= PATIENCE || this.#waiting.status !== "ready") return;
    this.#silentFor = 0;
    this.#waiting.disconnect(true);
  }
}

function keyOf(prefix: string, queue: RunQueueName): string {
  return `${prefix}:waiting:${queue}`;
}
