import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Request } from "../../../shared/api/call.ts";

export const providersQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: ["workspace", workspaceId, "model-providers"] as const,
    queryFn: ({ signal }) =>
      api("GET /console/api/workspaces/{workspaceId}/model-providers", { params: { workspaceId }, signal }),
  });

export type ProviderSettings = Request<"PUT /console/api/workspaces/{workspaceId}/model-providers">["body"];

export function useSaveProvider(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: ProviderSettings) =>
      api("PUT /console/api/workspaces/{workspaceId}/model-providers", { params: { workspaceId }, body }),
    // Apps that named a provider without a key may run from now on.
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["workspace", workspaceId] }),
  });
}

export function useRemoveProvider(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (provider: string) =>
      api("DELETE /console/api/workspaces/{workspaceId}/model-providers", {
        params: { workspaceId },
        query: { provider },
      }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["workspace", workspaceId] }),
  });
}

export function useTestProvider(workspaceId: string) {
  return useMutation({
    mutationFn: (provider: string) =>
      api("POST /console/api/workspaces/{workspaceId}/model-providers/test", {
        params: { workspaceId },
        body: { provider },
      }),
  });
}
