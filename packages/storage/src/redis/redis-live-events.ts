import { randomBytes } from "node:crypto";
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
    diwanOpenEvents(key: string, writer: string, expiryMs: number, above: number): Result<number, Context>;
    diwanAppendEvents(key: string, channel: string, ...values: (string | number)[]): Result<string, Context>;
  }
}

/** A run whose worker died without an end keeps its events this long. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/**
 * Says who writes from now on, in an entry that is no event: it has the number that events go on above, and readers pass
 * over it. It also tells them that the run has begun.
 */
const openScript = `
  local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
  local seq, place = 0, 0
  if last then seq, place = string.match(last[1], '^(%d+)-(%d+)$') end
  if tonumber(ARGV[3]) > tonumber(seq) then seq, place = ARGV[3], 0 end
  redis.call('XADD', KEYS[1], seq .. '-' .. (place + 1), 'e', '', 'w', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return tonumber(seq)`;

/**
 * Adds events and tells readers, or does neither. The last entry says who writes: a worker that lost the run cannot write
 * between the lines of the one that has it; the run's first worker needs nobody to say so. Events that are there already,
 * because an answer was lost, are told again only. Where those right before are missing, a replica has become the primary
 * that did not have them yet.
 */
const appendScript = `
  local first, writer = tonumber(ARGV[1]), ARGV[4]
  local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
  local written = false
  if last then
    if last[2][4] ~= writer then return 'refused' end
    local seq = tonumber(string.match(last[1], '^%d+'))
    if seq < first - 1 and ARGV[5] ~= 'again' then return 'lost' end
    written = seq >= first
  elseif ARGV[5] == '' then
    return 'lost'
  end
  if not written then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[6] .. '-0', 'e', ARGV[7], 'w', writer)
  end
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('PUBLISH', KEYS[2], first .. ' ' .. ARGV[7])
  return 'written'`;

/**
 * Live events in Redis Streams, one per run; those that were written together are one entry, whose id is the number of the
 * last of them. New ones also travel by pub/sub on one connection for all readers of the process, with their content, so a
 * reader costs no connection and an event no further question.
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
    redis.defineCommand("diwanOpenEvents", { numberOfKeys: 1, lua: openScript });
    redis.defineCommand("diwanAppendEvents", { numberOfKeys: 2, lua: appendScript });
  }

  begin(runId: RunId): LiveEventWriter {
    return this.#writer(this.#key(runId), newWriter(), 0, "first");
  }

  async open(runId: RunId, above = 0): Promise<LiveEventWriter> {
    const key = this.#key(runId);
    const writer = newWriter();
    return this.#writer(key, writer, await this.#redis.diwanOpenEvents(key, writer, ABANDONED_MS, above), "");
  }

  #writer(key: string, writer: string, lastSeq: number, begin: "first" | ""): LiveEventWriter {
    let nextSeq = lastSeq + 1;
    /** How the next events come to be there where nothing is. */
    let from: "first" | "again" | "" = begin;
    let isEnded = false;
    // Events that are given again keep their numbers.
    const numbers = new WeakMap<readonly RunEvent[], number>();
    return {
      lastSeq,
      append: async (events) => {
        if (events.length === 0) return "written";
        const first = numbers.get(events) ?? nextSeq;
        numbers.set(events, first);
        nextSeq = Math.max(nextSeq, first + events.length);
        const result = await this.#append(key, first, writer, from, events);
        from = result === "lost" ? "again" : "";
        isEnded = result === "written" && endsRun(events);
        return result;
      },
      close: async () => {
        // The end of a run has set its time already.
        if (!isEnded) await this.#redis.pexpire(key, this.#limits.retentionMs);
      },
    };
  }

  async read(
    runId: RunId,
    afterSeq: number,
    signal: AbortSignal,
    waitMs = this.#limits.waitForStartMs,
  ): Promise<AsyncIterable<SequencedRunEvent> | undefined> {
    const key = this.#key(runId);
    const reader = new EventReader(afterSeq, (from) => this.#readStored(key, from), signal);
    const forget = await this.#channels.listen(key, {
      onMessage: (payload) => reader.offer(parsePublished(payload)),
      onGap: () => reader.lookAgain(),
    });
    try {
      if (await this.#isKnown(key, reader, afterSeq, waitMs)) return reader.follow(forget);
    } catch (error) {
      forget();
      throw error;
    }
    forget();
    return undefined;
  }

  /** A run that has events, or begins to have them within a moment. */
  async #isKnown(key: string, reader: EventReader, afterSeq: number, waitMs: number): Promise<boolean> {
    await reader.lookAgain();
    if (reader.hasEvents) return true;
    // Most readers come with the run, before it begins: nothing more is asked for them.
    if (afterSeq === 0 && (await reader.hasEventsWithin(waitMs))) return true;
    const [last] = await this.#redis.xrevrange(key, "+", "-", "COUNT", 1);
    if (last !== undefined) {
      if (eventsOf(last).at(-1)?.event.type === "run.finished") reader.end();
      return true;
    }
    return afterSeq > 0 && reader.hasEventsWithin(waitMs);
  }

  async #append(
    key: string,
    first: number,
    writer: string,
    from: "first" | "again" | "",
    events: readonly RunEvent[],
  ): Promise<"written" | "lost"> {
    const text = stringifyJson(events as unknown as Value);
    const expiryMs = endsRun(events) ? this.#limits.retentionMs : ABANDONED_MS;
    const settings = [first, this.#limits.maxEvents, expiryMs, writer, from];
    const result = await this.#redis.diwanAppendEvents(key, key, ...settings, first + events.length - 1, text);
    if (result === "refused") throw RunErrors["lease-lost"]({});
    return result === "lost" ? "lost" : "written";
  }

  async #readStored(key: string, from: number): Promise<SequencedRunEvent[]> {
    const entries = await this.#redis.xrange(key, `${from}-0`, "+");
    return entries.flatMap(eventsOf);
  }

  #key(runId: RunId): string {
    return `${this.#prefix}:events:${runId}`;
  }
}

function newWriter(): string {
  return randomBytes(6).toString("base64url");
}

function endsRun(events: readonly RunEvent[]): boolean {
  return events.at(-1)?.type === "run.finished";
}

/** None for an entry that says who writes. */
function eventsOf([id, fields]: [id: string, fields: string[]]): SequencedRunEvent[] {
  if (fields[1] === "") return [];
  const events = parseEvents(fields[1]!);
  return numbered(events, Number.parseInt(id, 10) - events.length + 1);
}

function parsePublished(payload: string): SequencedRunEvent[] {
  const space = payload.indexOf(" ");
  return numbered(parseEvents(payload.slice(space + 1)), Number(payload.slice(0, space)));
}

function parseEvents(text: string): RunEvent[] {
  return parseOwnJson(text) as unknown as RunEvent[];
}

function numbered(events: readonly RunEvent[], first: number): SequencedRunEvent[] {
  return events.map((event, index) => ({ seq: first + index, event }));
}
