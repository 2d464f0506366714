import type { RunEvent, SequencedRunEvent } from "@diwan/contracts";
import type { RunId } from "@diwan/kernel";
import { type LiveEvents, type LiveEventWriter, RunErrors } from "@diwan/runs";
import { parseOwnJson, stringifyJson, type Value } from "@diwan/workflow";
import type { Redis, Result } from "ioredis";
import { defaultLiveEventLimits, type LiveEventLimits } from "../live-event-limits.ts";
import { EventReader } from "./event-reader.ts";
import type { RedisChannels } from "./redis-channels.ts";

declare module "ioredis" {
  interface RedisCommander<Context> {
    diwanAppendEvents(key: string, channel: string, ...values: (string | number)[]): Result<number, Context>;
  }
}

/** A run whose worker died without an end keeps its events this long. */
const ABANDONED_SECONDS = 24 * 60 * 60;

/**
 * Adds events and tells readers, or does neither: an id that is not above the last one is refused, which keeps a worker
 * that lost the run from writing between the lines of the one that has it.
 */
const appendScript = `
  local first = tonumber(ARGV[1])
  for index = 4, #ARGV do
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], (first + index - 4) .. '-0', 'e', ARGV[index])
  end
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  local events = {}
  for index = 4, #ARGV do events[#events + 1] = ARGV[index] end
  return redis.call('PUBLISH', KEYS[2], first .. ' [' .. table.concat(events, ',') .. ']')`;

/**
 * Live events in Redis Streams, one per run, under the ids `<seq>-0`. New ones also travel by pub/sub on one connection
 * for all readers of the process, with their content, so a reader costs no connection and an event no further question.
 */
export class RedisLiveEvents implements LiveEvents {
  readonly #redis: Redis;
  readonly #channels: RedisChannels;
  readonly #prefix: string;
  readonly #limits: LiveEventLimits;

  constructor(redis: Redis, channels: RedisChannels, options: Partial<LiveEventLimits> & { prefix?: string } = {}) {
    const { prefix = "diwan", ...limits } = options;
    this.#redis = redis;
    this.#channels = channels;
    this.#prefix = prefix;
    this.#limits = { ...defaultLiveEventLimits, ...limits };
    redis.defineCommand("diwanAppendEvents", { numberOfKeys: 2, lua: appendScript });
  }

  async open(runId: RunId): Promise<LiveEventWriter> {
    const key = this.#key(runId);
    const [[last]] = await Promise.all([
      this.#redis.xrevrange(key, "+", "-", "COUNT", 1),
      // An empty stream tells readers that the run has begun. The group itself is never read.
      this.#redis.xgroup("CREATE", key, "opened", "$", "MKSTREAM").catch(ignoreExisting),
      this.#redis.expire(key, ABANDONED_SECONDS),
    ]);
    const lastSeq = last === undefined ? 0 : seqOf(last[0]);
    let nextSeq = lastSeq + 1;
    return {
      lastSeq,
      append: async (events) => {
        if (events.length === 0) return;
        const first = nextSeq;
        nextSeq += events.length;
        await this.#append(key, first, events);
      },
      close: async () => {
        await this.#redis.pexpire(key, this.#limits.retentionMs);
      },
    };
  }

  async read(
    runId: RunId,
    afterSeq: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<SequencedRunEvent> | undefined> {
    const key = this.#key(runId);
    const reader = new EventReader(afterSeq, (from) => this.#readStored(key, from), signal);
    const forget = await this.#channels.listen(key, {
      onMessage: (payload) => reader.offer(parsePublished(payload)),
      onGap: () => reader.lookAgain(),
    });
    const known = await this.#isKnown(key, reader);
    if (known) return reader.follow(forget);
    forget();
    return undefined;
  }

  /** A run that has events, or begins to have them within a moment. */
  async #isKnown(key: string, reader: EventReader): Promise<boolean> {
    await reader.lookAgain();
    if (reader.hasEvents) return true;
    const [last] = await this.#redis.xrevrange(key, "+", "-", "COUNT", 1);
    if (last !== undefined) {
      if (parseEvent(last[1][1]!).type === "run.finished") reader.end();
      return true;
    }
    return (await this.#redis.exists(key)) === 1 || reader.hasEventsWithin(this.#limits.waitForStartMs);
  }

  async #append(key: string, first: number, events: readonly RunEvent[]): Promise<void> {
    const texts = events.map((event) => stringifyJson(event as unknown as Value));
    try {
      await this.#redis.diwanAppendEvents(key, key, first, this.#limits.maxEvents, ABANDONED_SECONDS, ...texts);
    } catch (error) {
      if (error instanceof Error && error.message.includes("equal or smaller")) {
        throw RunErrors["lease-lost"]({}, { cause: error });
      }
      throw error;
    }
  }

  async #readStored(key: string, from: number): Promise<SequencedRunEvent[]> {
    const entries = await this.#redis.xrange(key, `${from}-0`, "+");
    return entries.map(([id, fields]) => ({ seq: seqOf(id), event: parseEvent(fields[1]!) }));
  }

  #key(runId: RunId): string {
    return `${this.#prefix}:events:${runId}`;
  }
}

function ignoreExisting(error: Error): void {
  if (!error.message.startsWith("BUSYGROUP")) throw error;
}

function seqOf(id: string): number {
  return Number.parseInt(id, 10);
}

function parseEvent(text: string): RunEvent {
  return parseOwnJson(text) as unknown as RunEvent;
}

function parsePublished(payload: string): SequencedRunEvent[] {
  const space = payload.indexOf(" ");
  const first = Number(payload.slice(0, space));
  const events = parseOwnJson(payload.slice(space + 1)) as unknown as RunEvent[];
  return events.map((event, index) => ({ seq: first + index, event }));
}
