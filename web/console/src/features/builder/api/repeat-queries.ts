import type { RunStep } from "@diwan/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../../shared/api/call.ts";

/** The step that ended the run, or one that is named. */
export type RetryFrom = "failed" | Pick<RunStep, "node_id" | "frame">;
export type RepeatVersion = "same" | "live";

export function useRetryRun(appId: string) {
  const runs = useForgetRuns(appId);
  return useMutation({
    mutationFn: ({ runId, from, version }: { runId: string; from: RetryFrom; version: RepeatVersion }) =>
      api("POST /console/api/runs/{runId}/retry", { params: { runId }, body: { from, version } }),
    onSuccess: runs.forget,
  });
}

export function useReplayRun(appId: string) {
  const runs = useForgetRuns(appId);
  return useMutation({
    mutationFn: ({ runId, version }: { runId: string; version: RepeatVersion }) =>
      api("POST /console/api/runs/{runId}/replay", { params: { runId }, body: { version } }),
    onSuccess: runs.forget,
  });
}

function useForgetRuns(appId: string) {
  const queryClient = useQueryClient();
  return { forget: () => void queryClient.invalidateQueries({ queryKey: ["app", appId, "runs"] }) };
}
