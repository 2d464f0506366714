import type { FinalRunStatus, SequencedRunEvent } from "@diwan/contracts";
import type { WorkspaceScope } from "@diwan/kernel";
import { finishedEvent, hasEnded, pauseEvents, pausingAsStored, type Run } from "@diwan/runs";
import type { ApiNeeds } from "./needs.ts";

/** How long a run that is not known to the live stream may take to begin, between two looks at the store. */
const LOOK_AGAIN_MS = 250;

/**
 * A run's events after a number, past and coming. Where the live stream has nothing (any more), a run that ended gives
 * its last event, made from what is stored, and one that waits for people says so; one that has not begun is waited for.
 */
export async function* readRunEvents(
  { live, runs, forms }: Pick<ApiNeeds, "live" | "runs" | "forms">,
  scope: WorkspaceScope,
  run: Run,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<SequencedRunEvent> {
  let last = after;
  let isPauseKnown = false;
  while (!signal.aborted) {
    const events = await live.read(run.id, last, signal);
    if (events !== undefined) {
      for await (const event of events) {
        yield event;
        last = event.seq;
        isPauseKnown = event.event.type === "run.paused";
        if (event.event.type === "run.finished") return;
      }
      if (signal.aborted) return;
    }
    const now = await runs.find(scope, run.id);
    if (now === undefined) return;
    if (hasEnded(now)) {
      yield* endOf(live, now, last, signal);
      return;
    }
    if (now.status === "paused" && !isPauseKnown) {
      const waiting = await forms.openOf(scope, run.id);
      for (const event of pauseEvents(now, pausingAsStored(now, waiting))) {
        last += 1;
        yield { seq: last, event };
      }
      isPauseKnown = true;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** A reader who was in the middle of the reply gets the whole of it: its rest went with the live stream. */
async function* endOf(
  live: ApiNeeds["live"],
  run: Run & { status: FinalRunStatus },
  after: number,
  signal: AbortSignal,
): AsyncGenerator<SequencedRunEvent> {
  const kept = await lastKept(live, run, signal);
  if (kept !== undefined) {
    yield kept;
    return;
  }
  if (after === 0) {
    yield { seq: 1, event: finishedEvent(run) };
    return;
  }
  yield { seq: after + 1, event: { type: "text-replaced", text: run.answer, reason: "" } };
  yield { seq: after + 2, event: finishedEvent(run) };
}

/** For a reader who asked beyond the end: the end, under the number that it has. */
async function lastKept(live: ApiNeeds["live"], run: Run, signal: AbortSignal): Promise<SequencedRunEvent | undefined> {
  let last: SequencedRunEvent | undefined;
  for await (const event of (await live.read(run.id, 0, signal)) ?? []) last = event;
  return last?.event.type === "run.finished" ? last : undefined;
}
