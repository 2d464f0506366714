import { useMutation } from "@tanstack/react-query";
import { api } from "../../../shared/api/call.ts";

type Answer = { action: string; inputs: Record<string, unknown> };

/** Answers a form that a run waits for; the run goes on by itself. */
export function useAnswerForm(runId: string, formId: string) {
  return useMutation({
    mutationFn: (answer: Answer) =>
      api("POST /console/api/runs/{runId}/forms/{formId}", { params: { runId, formId }, body: answer }),
  });
}
