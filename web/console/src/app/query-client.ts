import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "../shared/api/api-error.ts";
import { sessionQuery } from "../shared/session/session-queries.ts";

let onSignedOut: (error: ApiError) => void = () => {};

/** What happens when the server says that nobody is signed in, or nobody has set the install up. */
export function whenSignedOut(handler: (error: ApiError) => void): void {
  onSignedOut = handler;
}

/** A refused session and an install without an owner are not errors of a page: they lead elsewhere. */
export function leadsElsewhere(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 401 || error.code === "setup.required");
}

function notice(error: unknown, queryKey?: readonly unknown[]) {
  if (leadsElsewhere(error) && queryKey?.[0] !== sessionQuery.queryKey[0]) onSignedOut(error);
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => notice(error, query.queryKey) }),
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => notice(error, mutation.options.mutationKey),
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 502),
    },
  },
});
