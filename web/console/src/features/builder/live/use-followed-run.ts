import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { runQuery } from "../api/run-queries.ts";
import type { Graph } from "../model/graph.ts";
import type { RunView } from "../model/run-view.ts";
import { atRest, followRun, type RunStore } from "./run-store.ts";

/** Follows the run named in the address. Leaving the page ends the following, never the run. */
export function useFollowedRun(
  store: RunStore,
  runId: string | undefined,
  graph: Graph,
  onEnd: (view: RunView, wasLive: boolean) => void,
): void {
  const queryClient = useQueryClient();
  const latest = useRef(onEnd);
  latest.current = onEnd;
  useEffect(() => {
    if (runId === undefined) {
      store.setState(atRest);
      return;
    }
    const end = new AbortController();
    void followRun(
      runId,
      {
        store,
        graph,
        load: () => queryClient.fetchQuery(runQuery(runId)),
        onEnd: (view, wasLive) => latest.current(view, wasLive),
      },
      end.signal,
    );
    return () => end.abort();
  }, [store, runId, graph, queryClient]);
}
