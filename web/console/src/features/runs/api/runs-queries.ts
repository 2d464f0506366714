import { infiniteQueryOptions } from "@tanstack/react-query";
import { api } from "../../../shared/api/call.ts";

export const runsQuery = (appId: string) =>
  infiniteQueryOptions({
    queryKey: ["app", appId, "runs"] as const,
    queryFn: ({ signal, pageParam }) =>
      api("GET /console/api/apps/{appId}/runs", {
        params: { appId },
        query: { limit: 30, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // Runs go on while the list is open.
    refetchInterval: 10_000,
  });
