import type { AppId, Clock, WorkspaceScope } from "@diwan/kernel";
import { RunErrors } from "../errors.ts";
import type { RunLoad } from "../ports.ts";

/** Lets runs in, or says that there are too many. */
export type Admission = {
  /**
   * Lets one run in; give back what it returns as soon as the run is recorded, or will not be.
   *
   * @throws run.queue-full (dependency), run.app-busy (caller) with the time after which to try again.
   */
  admit(scope: WorkspaceScope, appId: AppId): Promise<Disposable>;
};

export type AdmissionLimits = {
  /** Runs that may wait for a worker, of all apps together. */
  maxQueued: number;
  /** Runs of one app that may wait or be at work; 0 for any number. */
  maxActiveOfApp: number;
};

/** How long a count is believed; what is let in meanwhile is added to it, as if none of that had found a worker. */
const FRESH_MS = 1_000;

/** The same where it would refuse somebody. */
const FRESH_WHEN_FULL_MS = 20;

/** An app's own limit is small, and its runs short: whoever comes after one has ended gets in. */
const FRESH_WHEN_APP_IS_FULL_MS = 4;

const QUEUE_RETRY_AFTER_MS = 5_000;
const APP_RETRY_AFTER_MS = 1_000;

const MAX_APPS = 10_000;

/**
 * Refuses runs while as many as `maxQueued` wait for a worker, or `maxActiveOfApp` of their app wait or are at work. Asks
 * the database once a second until it is nearly so, so several processes may together let in a second's worth more.
 */
export function createAdmission(
  { load, clock }: { load: Pick<RunLoad, "queued" | "active">; clock: Clock },
  { maxQueued, maxActiveOfApp }: AdmissionLimits,
): Admission {
  const queue = new Count(() => load.queued(maxQueued), clock, maxQueued, FRESH_WHEN_FULL_MS);
  const apps = new Map<AppId, Count>();

  function countOf(scope: WorkspaceScope, appId: AppId): Count {
    let count = apps.get(appId);
    if (count === undefined) {
      if (apps.size >= MAX_APPS) forgetIdle(apps);
      const read = () => load.active(scope, appId, maxActiveOfApp);
      count = new Count(read, clock, maxActiveOfApp, FRESH_WHEN_APP_IS_FULL_MS);
      apps.set(appId, count);
    }
    return count;
  }

  return {
    async admit(scope, appId) {
      const ofApp = maxActiveOfApp === 0 ? undefined : countOf(scope, appId);
      if ((await ofApp?.take()) === false) {
        throw RunErrors["app-busy"]({ runs: maxActiveOfApp }, { retryAfterMs: APP_RETRY_AFTER_MS });
      }
      try {
        if (!(await queue.take())) throw RunErrors["queue-full"]({}, { retryAfterMs: QUEUE_RETRY_AFTER_MS });
      } catch (error) {
        ofApp?.recorded();
        throw error;
      }
      return {
        [Symbol.dispose]: () => {
          queue.recorded();
          ofApp?.recorded();
        },
      };
    },
  };
}

function forgetIdle(apps: Map<AppId, Count>): void {
  for (const [appId, count] of apps) if (count.isIdle) apps.delete(appId);
}

/** One look at the database. */
type Reading = {
  at: number;
  isUnderWay: boolean;
  /** Let in since then, or before and perhaps not recorded by then. */
  since: number;
  number: Promise<number>;
};

/** A number in the database that may not rise above `most`, and those who were let in since it was read. */
class Count {
  readonly #read: () => Promise<number>;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #freshWhenFullMs: number;
  #latest: Reading | undefined;
  /** Let in and not recorded yet. */
  #pending = 0;

  constructor(read: () => Promise<number>, clock: Clock, most: number, freshWhenFullMs: number) {
    this.#read = read;
    this.#clock = clock;
    this.#most = most;
    this.#freshWhenFullMs = freshWhenFullMs;
  }

  get isIdle(): boolean {
    return this.#pending === 0 && this.#latest?.isUnderWay !== true;
  }

  async take(): Promise<boolean> {
    for (const freshMs of [FRESH_MS, this.#freshWhenFullMs]) {
      const reading = this.#recent(freshMs);
      if ((await reading.number) + reading.since >= this.#most) continue;
      reading.since += 1;
      if (this.#latest !== undefined && this.#latest !== reading) this.#latest.since += 1;
      this.#pending += 1;
      return true;
    }
    return false;
  }

  recorded(): void {
    this.#pending -= 1;
  }

  #recent(freshMs: number): Reading {
    const now = this.#clock.now();
    const latest = this.#latest;
    if (latest !== undefined && (latest.isUnderWay || now - latest.at < freshMs)) return latest;
    const reading: Reading = { at: now, isUnderWay: true, since: this.#pending, number: this.#read() };
    this.#latest = reading;
    reading.number
      .catch(() => {
        this.#latest = undefined;
      })
      .finally(() => {
        reading.isUnderWay = false;
      });
    return reading;
  }
}
