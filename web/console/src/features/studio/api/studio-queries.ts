import type { Sample } from "@diwan/contracts";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../../shared/api/call.ts";
import { appQueries } from "../../../shared/apps/app-queries.ts";
import { rememberExample } from "../../../shared/apps/example-inputs.ts";

export const samplesQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: ["workspace", workspaceId, "samples"] as const,
    queryFn: ({ signal }) =>
      api("GET /console/api/workspaces/{workspaceId}/samples", { params: { workspaceId }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Makes an app of a sample, and keeps the inputs that show it at its best for the first run. */
export function useTrySample(workspaceId: string, onDone: (appId: string) => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (sample: Sample) =>
      api("POST /console/api/workspaces/{workspaceId}/samples/{sampleId}", {
        params: { workspaceId, sampleId: sample.id },
      }),
    onSuccess: (app, sample) => {
      rememberExample(app.id, { inputs: sample.example_inputs, query: sample.example_query });
      queryClient.setQueryData(appQueries.detail(app.id).queryKey, app);
      void queryClient.invalidateQueries({ queryKey: appQueries.all(workspaceId) });
      onDone(app.id);
    },
  });
}

export function useImportApp(workspaceId: string) {
  const queryClient = useQueryClient();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: appQueries.all(workspaceId) });
  const start = useMutation({
    mutationFn: (content: string) =>
      api("POST /console/api/workspaces/{workspaceId}/imports", { params: { workspaceId }, body: { content } }),
    onSuccess: refresh,
  });
  const confirm = useMutation({
    mutationFn: (importId: string) =>
      api("POST /console/api/workspaces/{workspaceId}/imports/{importId}/confirm", {
        params: { workspaceId, importId },
      }),
    onSuccess: refresh,
  });
  return { start, confirm };
}
