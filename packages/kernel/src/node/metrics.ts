import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Every metric of a process that answers requests or drives runs. Names are stable: alerts and dashboards rest on them.
 *
 * @source operations, metrics
 */
export function createMetrics(build: { version: string; commit: string }) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const metrics = {
    registry,
    httpRequests: new Counter({
      name: "diwan_http_requests_total",
      help: "HTTP requests by route pattern and class of status.",
      labelNames: ["component", "route", "method", "status"],
      registers,
    }),
    httpDuration: new Histogram({
      name: "diwan_http_request_duration_seconds",
      help: "Time to answer; for a stream, time to its first byte.",
      labelNames: ["component", "route", "method", "status", "stream"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    httpInflight: new Gauge({
      name: "diwan_http_inflight_requests",
      help: "Requests being answered now.",
      labelNames: ["component"],
      registers,
    }),
    sseStreams: new Gauge({
      name: "diwan_http_sse_streams",
      help: "Event streams that are open now.",
      labelNames: ["component"],
      registers,
    }),
    runs: new Counter({
      name: "diwan_workflow_runs_total",
      help: "Runs that were settled.",
      labelNames: ["app_id", "mode", "status", "trigger"],
      registers,
    }),
    runDuration: new Histogram({
      name: "diwan_workflow_run_duration_seconds",
      help: "Active time of settled runs.",
      labelNames: ["mode"],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
      registers,
    }),
    queueWait: new Histogram({
      name: "diwan_run_queue_wait_seconds",
      help: "Time from recording a run to the first worker that took it.",
      labelNames: ["queue"],
      buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300],
      registers,
    }),
    takeovers: new Counter({
      name: "diwan_run_takeovers_total",
      help: "Runs taken up after another worker: its lease expired, or it handed them over.",
      labelNames: ["cause"],
      registers,
    }),
    queueDepth: new Gauge({
      name: "diwan_queue_depth",
      help: "Runs by queue and state.",
      labelNames: ["queue", "state"],
      registers,
    }),
    queueOldestAge: new Gauge({
      name: "diwan_queue_oldest_age_seconds",
      help: "How long the run waits that waits longest; 0 when none does.",
      labelNames: ["queue", "state"],
      registers,
    }),
    heartbeatAgeMax: new Gauge({
      name: "diwan_run_heartbeat_age_seconds_max",
      help: "How long the worker of a running run has been silent, of the one that is silent longest.",
      registers,
    }),
    jobTimeouts: new Counter({
      name: "diwan_job_timeouts_total",
      help: "Runs that were ended by their time limit: soft by aborting their steps, hard whatever these did.",
      labelNames: ["kind"],
      registers,
    }),
    httpNodes: new Counter({
      name: "diwan_http_node_executions_total",
      help: "HTTP steps by how they ended.",
      labelNames: ["outcome"],
      registers,
    }),
    celeryQueueLength: new Gauge({
      name: "celery_queue_length",
      help: "Runs waiting, delayed or active; the name that existing autoscalers read.",
      labelNames: ["queue_name"],
      registers,
    }),
    nodeDuration: new Histogram({
      name: "diwan_node_duration_seconds",
      help: "Time of settled steps.",
      labelNames: ["node_type", "outcome"],
      buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300],
      registers,
    }),
    llmDuration: new Histogram({
      name: "diwan_llm_request_duration_seconds",
      help: "Time of model calls.",
      labelNames: ["provider", "model"],
      buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
      registers,
    }),
    llmFirstToken: new Histogram({
      name: "diwan_llm_first_token_seconds",
      help: "Time to the first token of model calls.",
      labelNames: ["provider", "model"],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    llmTokens: new Counter({
      name: "diwan_llm_tokens_total",
      help: "Tokens of model calls.",
      labelNames: ["provider", "model", "kind"],
      registers,
    }),
    llmErrors: new Counter({
      name: "diwan_llm_errors_total",
      help: "Model calls that failed.",
      labelNames: ["provider", "model", "code"],
      registers,
    }),
    poolInUse: new Gauge({ name: "diwan_db_pool_in_use", help: "Database connections in use.", registers }),
    poolWaiting: new Gauge({ name: "diwan_db_pool_waiting", help: "Queries waiting for a connection.", registers }),
    buildInfo: new Gauge({
      name: "diwan_build_info",
      help: "1, with the version that runs.",
      labelNames: ["version", "commit"],
      registers,
    }),
  };
  metrics.buildInfo.set(build, 1);
  return metrics;
}

const MAX_LABELS = 300;

/** Keeps a label's values few: the first 300 keep their names, all others are `other`. */
export function boundedLabel(limit = MAX_LABELS): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= limit) return "other";
    known.add(value);
    return value;
  };
}

/** Tells how busy a pool of database connections is, whenever metrics are read. */
export function watchPool(
  { poolInUse, poolWaiting }: Metrics,
  pool: { totalCount: number; idleCount: number; waitingCount: number },
): void {
  Object.assign(poolInUse, { collect: () => poolInUse.set(pool.totalCount - pool.idleCount) });
  Object.assign(poolWaiting, { collect: () => poolWaiting.set(pool.waitingCount) });
}
