import { setTimeout as sleep } from "node:timers/promises";
import type { FinalRunStatus, RunEvent, SequencedRunEvent } from "@diwan/contracts";
import { aborted, LinkedAbort, type WorkspaceScope } from "@diwan/kernel";
import { finishedEvent, hasEnded, isOutage, pauseEvents, pausingAsStored, type Run } from "@diwan/runs";
import type { ApiNeeds } from "./needs.ts";

type Needs = Pick<ApiNeeds, "live" | "runs" | "forms">;

/**
 * Between two looks at the store, while the live stream has nothing of a run: longer each time, as its events are told
 * when they come. Thousands may wait for runs that have not begun, or that wait for people.
 */
const LOOK_AGAIN_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/** The same where the live stream is out of reach. */
const RETRY_MS = 500;

/** A live stream that says nothing for so long may have lost its worker right before the end. */
const SILENT_MS = 5_000;

/** What is kept of a run that has ended comes at once, or not at all. */
const KEPT_WITHIN_MS = 1_000;

/**
 * A run's events after a number, past and coming. Where the live stream has nothing (any more), a run that ended gives
 * its last event, made from what is stored, and one that waits for people says so; one that has not begun is waited for,
 * and so is a store that does not answer.
 *
 * @param had  The highest number that the reader was given, where it asks for some of that again: what is made here is
 * numbered above it.
 */
export async function* readRunEvents(
  needs: Needs,
  scope: WorkspaceScope,
  run: Run,
  after: number,
  signal: AbortSignal,
  had = after,
): AsyncGenerator<SequencedRunEvent> {
  let last = after;
  let isPauseKnown = false;
  let waitMs = LOOK_AGAIN_MS;
  while (!signal.aborted) {
    const askedAt = performance.now();
    const lookout = new Lookout(needs, scope, run, () => isPauseKnown, signal);
    try {
      const events = await needs.live.read(run.id, last, lookout.signal, waitMs);
      for await (const event of events ?? []) {
        yield event;
        last = event.seq;
        waitMs = LOOK_AGAIN_MS;
        lookout.heard();
        isPauseKnown = event.event.type === "run.paused";
        if (event.event.type === "run.finished") return;
      }
    } catch {
      // The live stream is out of reach: the store has to do.
      waitMs = RETRY_MS;
    } finally {
      lookout.end();
    }
    if (signal.aborted) return;
    const stored = await readStored(needs, scope, run, isPauseKnown);
    if (stored === "gone") return;
    if (stored !== undefined && "ended" in stored) {
      yield* endOf(needs.live, stored.ended, last, Math.max(last, had), signal);
      return;
    }
    for (const event of stored?.pause ?? []) {
      last = Math.max(last, had) + 1;
      isPauseKnown = true;
      yield { seq: last, event };
    }
    await sleep(Math.max(0, askedAt + waitMs - performance.now()), undefined, { signal }).catch(() => {});
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}

type Ended = Run & { status: FinalRunStatus };

/** What the store knows and the reader may not; undefined when there is no such thing, or no answer. */
async function readStored(
  { runs, forms }: Needs,
  scope: WorkspaceScope,
  { id }: Run,
  isPauseKnown: boolean,
): Promise<{ ended: Ended } | { pause: RunEvent[] } | "gone" | undefined> {
  try {
    const status = await runs.statusOf(scope, id);
    if (status === "queued" || status === "running" || (status === "paused" && isPauseKnown)) return undefined;
    const now = status === undefined ? undefined : await runs.find(scope, id);
    if (now === undefined) return "gone";
    if (hasEnded(now)) return { ended: now };
    if (now.status !== "paused" || isPauseKnown) return undefined;
    const [open, ownership] = await Promise.all([forms.openOf(scope, id), runs.ownership(scope, id)]);
    const pause = pauseEvents(now, pausingAsStored(now, open, ownership?.queuedAt ?? now.createdAt));
    if (now.answer === "") return { pause };
    return { pause: [{ type: "text-replaced", text: now.answer, reason: "" }, ...pause] };
  } catch (error) {
    if (isOutage(error)) return undefined;
    throw error;
  }
}

/** Looks at the store while the live stream is silent, and says when there is more to know there. */
class Lookout {
  readonly #done: LinkedAbort;
  readonly #timer: NodeJS.Timeout;
  #heardAt = performance.now();

  /** @param signal  Of the reader. */
  constructor(needs: Needs, scope: WorkspaceScope, run: Run, isPauseKnown: () => boolean, signal: AbortSignal) {
    this.#done = new LinkedAbort(signal);
    this.#timer = setInterval(async () => {
      const silentSince = this.#heardAt;
      if (performance.now() - silentSince < SILENT_MS) return;
      const stored = await readStored(needs, scope, run, isPauseKnown()).catch(() => undefined);
      // What came meanwhile may be the very end.
      if (stored !== undefined && this.#heardAt === silentSince) this.end();
    }, SILENT_MS);
  }

  get signal(): AbortSignal {
    return this.#done.signal;
  }

  heard(): void {
    this.#heardAt = performance.now();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#done.abort(aborted);
    this.#done[Symbol.dispose]();
  }
}

/**
 * What is kept of the end. Where it is not kept, the reader gets the whole reply: the live stream went with all or the rest
 * of it.
 */
async function* endOf(
  live: ApiNeeds["live"],
  run: Ended,
  after: number,
  had: number,
  signal: AbortSignal,
): AsyncGenerator<SequencedRunEvent> {
  const kept = await readKept(live, run, signal);
  if (kept.at(-1)?.event.type === "run.finished") {
    const lacking = kept.filter(({ seq }) => seq > after);
    // Whoever asks beyond the end is told the end again.
    yield* lacking.length === 0 ? kept.slice(-1) : lacking;
    return;
  }
  let last = had;
  // What was said of a run that was given up is not stored.
  if (run.answer !== "") yield { seq: ++last, event: { type: "text-replaced", text: run.answer, reason: "" } };
  yield { seq: ++last, event: finishedEvent(run) };
}

async function readKept(live: ApiNeeds["live"], run: Run, signal: AbortSignal): Promise<SequencedRunEvent[]> {
  const kept: SequencedRunEvent[] = [];
  using inTime = new LinkedAbort(signal);
  const timer = setTimeout(() => inTime.abort(aborted), KEPT_WITHIN_MS);
  try {
    for await (const event of (await live.read(run.id, 0, inTime.signal)) ?? []) kept.push(event);
  } catch {
    // Out of reach.
  } finally {
    clearTimeout(timer);
  }
  return kept;
}
