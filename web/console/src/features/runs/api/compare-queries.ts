import { queryOptions } from "@tanstack/react-query";
import { api } from "../../../shared/api/call.ts";
import { meaningful } from "../model/comparison.ts";

export const compareQuery = (runId: string, otherId: string) =>
  queryOptions({
    queryKey: ["run", runId, "compare", otherId] as const,
    select: meaningful,
    queryFn: ({ signal }) =>
      api("GET /console/api/runs/{runId}/compare/{otherId}", { params: { runId, otherId }, signal }),
  });
