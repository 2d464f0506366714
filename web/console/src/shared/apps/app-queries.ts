import type { AppMode } from "@diwan/contracts";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "../api/call.ts";

export const appQueries = {
  all: (workspaceId: string) => ["workspace", workspaceId, "apps"] as const,
  list: (workspaceId: string, q: string, mode: AppMode | undefined) =>
    infiniteQueryOptions({
      queryKey: [...appQueries.all(workspaceId), "list", q, mode ?? "any"] as const,
      queryFn: ({ signal, pageParam }) =>
        api("GET /console/api/workspaces/{workspaceId}/apps", {
          params: { workspaceId },
          query: {
            limit: 60,
            ...(q === "" ? {} : { q }),
            ...(mode && { mode }),
            ...(pageParam && { cursor: pageParam }),
          },
          signal,
        }),
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next_cursor,
    }),
  detail: (appId: string) =>
    queryOptions({
      queryKey: ["app", appId] as const,
      queryFn: ({ signal }) => api("GET /console/api/apps/{appId}", { params: { appId }, signal }),
    }),
};
