import type { Session } from "@diwan/contracts";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { showLocale } from "../../../messages/load.ts";
import { api, type Request } from "../../../shared/api/call.ts";
import { rememberCsrfToken } from "../../../shared/api/csrf.ts";
import { sessionQuery } from "../../../shared/session/session-queries.ts";

export const setupQuery = queryOptions({
  queryKey: ["setup"] as const,
  queryFn: ({ signal }) => api("GET /console/api/setup", { signal }),
  staleTime: 0,
});

/** Both ways in answer with a session; from then on the account's own language is shown. */
function useEnter<Body>(enter: (body: Body) => Promise<Session>, onDone: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    // The session's key: a refusal here is the form's own business and leads nowhere else.
    mutationKey: sessionQuery.queryKey,
    mutationFn: enter,
    onSuccess: async (session) => {
      rememberCsrfToken(session.csrf_token);
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      await showLocale(session.account.locale);
      onDone();
    },
  });
}

export const useSetUp = (onDone: () => void) =>
  useEnter((body: Request<"POST /console/api/setup">["body"]) => api("POST /console/api/setup", { body }), onDone);

export const useSignIn = (onDone: () => void) =>
  useEnter(
    (body: Request<"POST /console/api/auth/sign-in">["body"]) => api("POST /console/api/auth/sign-in", { body }),
    onDone,
  );
