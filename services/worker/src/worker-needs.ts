import { createVersionPreparer } from "@diwan/apps";
import type { Clock, IdSource, Logger } from "@diwan/kernel";
import type { Metrics } from "@diwan/kernel/node";
import { createModelGateway } from "@diwan/models";
import { defaultReaperLimits } from "@diwan/runs";
import type { StorageStack } from "@diwan/storage/server";
import type { Sealer } from "@diwan/workspaces";
import type { WorkerConfig } from "./config.ts";
import type { WorkerNeeds } from "./needs.ts";

type Parts = { stack: StorageStack; sealer: Sealer; metrics: Metrics; logger: Logger; clock: Clock; ids: IdSource };

/** What the worker needs, from storage and settings. */
export function workerNeeds(
  { stack, sealer, metrics, logger, clock, ids }: Parts,
  config: Omit<
    WorkerConfig,
    "DATABASE_URL" | "REDIS_URL" | "DIWAN_WORKER_DRAIN_SECONDS" | "WORKER_HOST" | "WORKER_PORT"
  >,
): WorkerNeeds {
  const { stores, queue, live, signals } = stack;
  const prepareVersion = createVersionPreparer({ apps: stores.apps, sealer });
  const base = config.OPENAI_API_BASE;
  return {
    ...stores,
    queue,
    live,
    signals,
    clock,
    ids,
    metrics,
    logger,
    models: createModelGateway({
      stored: { providers: stores.providers, sealer },
      ...(base === undefined ? {} : { environment: { baseUrl: base, apiKey: config.OPENAI_API_KEY } }),
      deadlines: {
        firstPartMs: config.DIWAN_MODEL_FIRST_TOKEN_SECONDS * 1000,
        silenceMs: config.DIWAN_MODEL_SILENCE_SECONDS * 1000,
      },
    }),
    prepare: (scope, run) => prepareVersion(scope, run.appId, run.versionId),
    consume: (consumption) =>
      queue.consume({
        ...consumption,
        onError: (error) => logger.warn({ err: error }, "The job queue reported a problem."),
      }),
    settings: {
      concurrency: config.DIWAN_WORKER_CONCURRENCY,
      limits: {
        maxSteps: config.WORKFLOW_MAX_EXECUTION_STEPS,
        softMs: Math.min(config.DIWAN_RUN_SOFT_SECONDS, config.WORKFLOW_MAX_EXECUTION_TIME) * 1000,
        maxParallelSteps: config.GRAPH_ENGINE_MAX_WORKERS,
      },
      reaper: defaultReaperLimits,
      owner: ids.next(),
    },
  };
}
