import { queryOptions } from "@tanstack/react-query";
import { api } from "../api/call.ts";
import { rememberCsrfToken } from "../api/csrf.ts";

export const sessionQuery = queryOptions({
  queryKey: ["session"] as const,
  queryFn: async ({ signal }) => {
    const session = await api("GET /console/api/account", { signal });
    rememberCsrfToken(session.csrf_token);
    return session;
  },
  staleTime: 5 * 60_000,
  retry: false,
});
