import { boundedLabel, type Metrics } from "@diwan/kernel/node";
import type { RunObserver } from "@diwan/runs";

const BUSIEST_APPS = 200;

/** Counts what becomes of runs, steps and model calls. Labels never hold users' text. */
export function observeRuns(metrics: Metrics): RunObserver {
  const appLabel = boundedLabel(BUSIEST_APPS);
  const modelLabel = boundedLabel();
  return {
    claimed({ run, attempt, takenFrom }) {
      if (takenFrom !== null) metrics.takeovers.inc({ cause: takenFrom });
      if (attempt > 1) return;
      metrics.queueWait.observe({ queue: run.queue }, ((run.startedAt ?? run.createdAt) - run.createdAt) / 1000);
    },
    timedOut: (kind) => metrics.jobTimeouts.inc({ kind }),
    stepSettled(step) {
      const seconds = (step.finishedAt - step.startedAt) / 1000;
      metrics.nodeDuration.observe({ node_type: step.nodeType, outcome: step.status }, seconds);
      if (step.nodeType === "http-request") metrics.httpNodes.inc({ outcome: step.status });
      const { model_provider: provider, model_name: model } = step.processData;
      if (typeof provider !== "string" || typeof model !== "string") return;
      const labels = { provider: modelLabel(provider), model: modelLabel(model) };
      metrics.llmDuration.observe(labels, seconds);
      if (step.error !== null) metrics.llmErrors.inc({ ...labels, code: step.error.code });
      if (step.usage === null) return;
      if (step.usage.time_to_first_token !== null)
        metrics.llmFirstToken.observe(labels, step.usage.time_to_first_token);
      metrics.llmTokens.inc({ ...labels, kind: "prompt" }, step.usage.prompt_tokens);
      metrics.llmTokens.inc({ ...labels, kind: "completion" }, step.usage.completion_tokens);
    },
    settled(run, { status }, activeMs) {
      metrics.runs.inc({ app_id: appLabel(run.appId), mode: run.mode, status, trigger: run.trigger });
      metrics.runDuration.observe({ mode: run.mode }, activeMs / 1000);
    },
  };
}
