import type { Clock } from "@diwan/kernel";
import { RunErrors } from "../errors.ts";
import type { RunLoad } from "../ports.ts";

/** Lets runs in, or says that there are too many. */
export type Admission = {
  /** @throws run.queue-full (dependency) with the time after which to try again. */
  admit(): Promise<void>;
};

/** How long a count is believed; what is let in meanwhile is added to it, as if none of that had found a worker. */
const FRESH_MS = 1_000;

/** The same where it would refuse somebody. */
const FRESH_WHEN_FULL_MS = 20;

const RETRY_AFTER_MS = 5_000;

/**
 * Refuses runs while as many as `maxQueued` wait for a worker. Asks the database once a second until it
 * is nearly so, so several processes may together let in a second's worth more.
 */
export function createAdmission({ load, clock }: { load: RunLoad; clock: Clock }, maxQueued: number): Admission {
  let reading: Promise<number> | undefined;
  let readAt = 0;
  let since = 0;

  function count(freshMs: number): Promise<number> {
    const now = clock.now();
    if (reading === undefined || now - readAt >= freshMs) {
      readAt = now;
      since = 0;
      reading = load.queued(maxQueued);
      reading.catch(() => {
        reading = undefined;
      });
    }
    return reading;
  }

  return {
    async admit() {
      for (const freshMs of [FRESH_MS, FRESH_WHEN_FULL_MS]) {
        const queued = await count(freshMs);
        if (queued + since >= maxQueued) continue;
        since += 1;
        return;
      }
      throw RunErrors["queue-full"]({}, { retryAfterMs: RETRY_AFTER_MS });
    },
  };
}
