import type { AppDetail } from "@diwan/contracts";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../../shared/api/call.ts";
import { appQueries } from "../../../shared/apps/app-queries.ts";

export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId] as const,
    queryFn: ({ signal }) => api("GET /console/api/runs/{runId}", { params: { runId }, signal }),
    staleTime: 0,
  });

type StartRun = { inputs: Record<string, unknown>; query?: string; conversation_id?: string };

export function useStartRun(appId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: StartRun) => api("POST /console/api/apps/{appId}/runs", { params: { appId }, body }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["app", appId, "runs"] }),
  });
}

export function useStopRun() {
  return useMutation({
    mutationFn: (runId: string) => api("POST /console/api/runs/{runId}/stop", { params: { runId } }),
  });
}

export function usePublish(app: AppDetail) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api("POST /console/api/apps/{appId}/publish", { params: { appId: app.id } }),
    onSuccess: (published) => {
      queryClient.setQueryData(appQueries.detail(app.id).queryKey, published);
      void queryClient.invalidateQueries({ queryKey: appQueries.all(app.workspace_id) });
    },
  });
}
