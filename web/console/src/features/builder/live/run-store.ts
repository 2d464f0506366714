import type { ConsoleRunEvent, RunDetail } from "@diwan/contracts";
import { createStore, type StoreApi } from "zustand/vanilla";
import { apiPath } from "../../../shared/api/call.ts";
import { followEvents, type LinkState } from "../../../shared/api/follow-events.ts";
import type { Graph } from "../model/graph.ts";
import { emptyRun, foldEvents, isOver, type LoggedEvent, type RunView, viewOfDetail } from "../model/run-view.ts";
import { type LinkState as CanvasLinkState, type StepState, statesOf } from "../model/step-states.ts";

export type RunState = {
  runId: string | null;
  view: RunView;
  steps: Map<string, StepState>;
  links: Map<string, CanvasLinkState>;
  line: LinkState;
  /** Why the run cannot be shown. */
  failure: unknown;
};
export type RunStore = StoreApi<RunState>;

/** No run on show. */
export const atRest = {
  runId: null,
  view: emptyRun,
  steps: new Map(),
  links: new Map(),
  line: "live",
  failure: null,
} satisfies RunState;
const pollMs = 10_000;

export function createRunStore(): RunStore {
  return createStore<RunState>(() => atRest);
}

type FollowNeeds = {
  store: RunStore;
  graph: Graph;
  load: () => Promise<RunDetail>;
  /** Called once, when the run has ended; a run may be over before it is first looked at. */
  onEnd: (view: RunView, wasLive: boolean) => void;
};

/**
 * Shows a run in the store and keeps it current until `signal` ends: what the server keeps of it, then its events while it
 * is live. Events are taken in at most once per frame. While the line is lost the server is asked every ten seconds.
 */
export async function followRun(runId: string, needs: FollowNeeds, signal: AbortSignal): Promise<void> {
  const { store, graph, load, onEnd } = needs;
  const show = (view: RunView) => {
    const { steps, links } = statesOf(graph, view);
    store.setState({ view, steps: keepEqual(store.getState().steps, steps), links });
  };
  store.setState({ ...atRest, runId });
  try {
    const detail = await load();
    if (signal.aborted) return;
    if (isOver(detail.status)) {
      const view = viewOfDetail(detail);
      show(view);
      return onEnd(view, false);
    }
    // Steps and text mostly come again with the events; those of a run that waited long for a person are gone.
    show(viewOfDetail(detail));
    await followLive(runId, { ...needs, show }, signal);
  } catch (failure) {
    if (!signal.aborted) store.setState({ failure });
  }
}

async function followLive(
  runId: string,
  needs: FollowNeeds & { show: (view: RunView) => void },
  signal: AbortSignal,
): Promise<void> {
  const { store, load, show, onEnd } = needs;
  const end = new AbortController();
  signal.addEventListener("abort", () => end.abort(), { once: true });
  const finish = (view: RunView) => {
    if (end.signal.aborted) return;
    end.abort();
    onEnd(view, true);
  };
  const queue: LoggedEvent[] = [];
  let frame = 0;
  const flush = () => {
    frame = 0;
    if (signal.aborted) return;
    const view = foldEvents(store.getState().view, queue.splice(0));
    show(view);
    if (isOver(view.status)) finish(view);
  };
  let poll: ReturnType<typeof setInterval> | undefined;
  const ask = async () => {
    const detail = await load().catch(() => undefined);
    if (detail === undefined || end.signal.aborted) return;
    const view = viewOfDetail(detail, store.getState().view);
    show(view);
    if (isOver(view.status)) finish(view);
  };
  const onLink = (line: LinkState) => {
    if (store.getState().line === line) return;
    store.setState({ line });
    clearInterval(poll);
    if (line === "live") return;
    void ask();
    poll = setInterval(() => void ask(), pollMs);
  };
  await followEvents({
    path: apiPath("GET /console/api/runs/{runId}/events", { runId }),
    signal: end.signal,
    onLink,
    onFrame: ({ id, data }) => {
      queue.push({ id: Number(id), event: JSON.parse(data) as ConsoleRunEvent });
      // A hidden tab paints no frames; the run must end there too.
      if (frame === 0) frame = document.hidden ? Number(setTimeout(flush, 250)) : requestAnimationFrame(flush);
    },
  }).finally(() => clearInterval(poll));
}

/** Keeps the state object of a step that did not change, so that only changed steps draw again. */
function keepEqual(old: Map<string, StepState>, fresh: Map<string, StepState>): Map<string, StepState> {
  return new Map(
    [...fresh].map(([id, state]) => {
      const before = old.get(id);
      return [id, before !== undefined && isSame(before, state) ? before : state];
    }),
  );
}

function isSame(one: StepState, other: StepState): boolean {
  return (
    one.name === other.name &&
    one.elapsedMs === other.elapsedMs &&
    one.rounds?.begun === other.rounds?.begun &&
    one.rounds?.of === other.rounds?.of
  );
}
