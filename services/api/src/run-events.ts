import type { SequencedRunEvent } from "@diwan/contracts";
import type { WorkspaceScope } from "@diwan/kernel";
import { finishedEvent, hasEnded, type Run } from "@diwan/runs";
import type { ApiNeeds } from "./needs.ts";

/** How long a run that is not known to the live stream may take to begin, between two looks at the store. */
const LOOK_AGAIN_MS = 250;

/**
 * A run's events after a number, past and coming. Where the live stream has nothing (any more), a run that ended gives
 * its last event, made from what is stored; one that has not begun is waited for.
 */
export async function* readRunEvents(
  { live, runs }: Pick<ApiNeeds, "live" | "runs">,
  scope: WorkspaceScope,
  run: Run,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<SequencedRunEvent> {
  while (!signal.aborted) {
    const events = await live.read(run.id, after, signal);
    if (events !== undefined) {
      let finished = false;
      for await (const event of events) {
        yield event;
        finished = event.event.type === "run.finished";
      }
      if (finished || signal.aborted) return;
    }
    const now = await runs.find(scope, run.id);
    if (now === undefined) return;
    if (hasEnded(now)) {
      yield (await lastKept(live, run, signal)) ?? { seq: after + 1, event: finishedEvent(now) };
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** For a reader who asked beyond the end: the end, under the number that it has. */
async function lastKept(live: ApiNeeds["live"], run: Run, signal: AbortSignal): Promise<SequencedRunEvent | undefined> {
  let last: SequencedRunEvent | undefined;
  for await (const event of (await live.read(run.id, 0, signal)) ?? []) last = event;
  return last?.event.type === "run.finished" ? last : undefined;
}
