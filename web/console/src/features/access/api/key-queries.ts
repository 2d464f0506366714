import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../../shared/api/call.ts";

export const keysQuery = (appId: string) =>
  queryOptions({
    queryKey: ["app", appId, "keys"] as const,
    queryFn: ({ signal }) => api("GET /console/api/apps/{appId}/keys", { params: { appId }, signal }),
  });

export function useCreateKey(appId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api("POST /console/api/apps/{appId}/keys", { params: { appId } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: keysQuery(appId).queryKey }),
  });
}

export function useRevokeKey(appId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (keyId: string) => api("DELETE /console/api/apps/{appId}/keys/{keyId}", { params: { appId, keyId } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: keysQuery(appId).queryKey }),
  });
}
