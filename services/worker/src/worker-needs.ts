import { createVersionPreparer } from "@diwan/apps";
import { askingFor, createGuardedHttpClient } from "@diwan/egress";
import { egressPolicy } from "@diwan/egress/settings";
import type { Clock, IdSource, Logger } from "@diwan/kernel";
import {
  type ConnectionConfig,
  codeLimitsOf,
  graphLimitsOf,
  type Metrics,
  runTimeLimitsOf,
  sandboxOf,
} from "@diwan/kernel/node";
import { createModelGateway } from "@diwan/models";
import { createSandboxCodeRunner } from "@diwan/nodes";
import { createRunFiles, defaultReaperLimits, type FileSigner } from "@diwan/runs";
import type { StorageStack } from "@diwan/storage/server";
import type { Sealer } from "@diwan/workspaces";
import type { WorkerConfig } from "./config.ts";
import type { WorkerNeeds } from "./needs.ts";

type Parts = {
  stack: StorageStack;
  sealer: Sealer;
  signer: FileSigner;
  /** Of a process that has a sandbox of its own; otherwise the one that is set up. */
  code?: WorkerNeeds["code"];
  metrics: Metrics;
  logger: Logger;
  clock: Clock;
  ids: IdSource;
};

/** What the worker needs, from storage and settings. */
export function workerNeeds(
  { stack, sealer, signer, code, metrics, logger, clock, ids }: Parts,
  config: Omit<
    WorkerConfig,
    | keyof ConnectionConfig
    | "STORAGE_LOCAL_PATH"
    | "CONSOLE_WEB_URL"
    | "FILES_URL"
    | "FILES_ACCESS_TIMEOUT"
    | "DIWAN_WORKER_DRAIN_SECONDS"
    | "WORKER_HOST"
    | "WORKER_PORT"
  >,
): WorkerNeeds {
  const { stores, queue, live, signals } = stack;
  const prepareVersion = createVersionPreparer({ apps: stores.apps, sealer, graphLimits: graphLimitsOf(config) });
  const base = config.OPENAI_API_BASE;
  const policy = egressPolicy(config);
  const untrusted = createGuardedHttpClient({ profile: "untrusted", policy });
  const filing = { files: stores.files, contents: stack.contents, signer, clock };
  return {
    ...stores,
    load: stack.load,
    queue,
    live,
    signals,
    clock,
    ids,
    metrics,
    logger,
    http: untrusted,
    httpLimits: {
      connectMs: config.HTTP_REQUEST_MAX_CONNECT_TIMEOUT * 1000,
      readMs: config.HTTP_REQUEST_MAX_READ_TIMEOUT * 1000,
      writeMs: config.HTTP_REQUEST_MAX_WRITE_TIMEOUT * 1000,
      maxFileBytes: config.HTTP_REQUEST_NODE_MAX_BINARY_SIZE,
      maxTextBytes: config.HTTP_REQUEST_NODE_MAX_TEXT_SIZE,
      verifyTls: config.HTTP_REQUEST_NODE_SSL_VERIFY,
    },
    code: code ?? createSandboxCodeRunner(policy, sandboxOf(config)),
    codeLimits: codeLimitsOf(config),
    models: createModelGateway({
      http: createGuardedHttpClient({ profile: "platform", policy }),
      stored: { providers: stores.providers, sealer },
      ...(base === undefined ? {} : { environment: { baseUrl: base, apiKey: config.OPENAI_API_KEY } }),
      deadlines: {
        firstPartMs: config.DIWAN_MODEL_FIRST_TOKEN_SECONDS * 1000,
        silenceMs: config.DIWAN_MODEL_SILENCE_SECONDS * 1000,
      },
    }),
    files: (scope, run) => {
      const http = askingFor(untrusted, { workspaceId: scope.workspaceId, appId: run.appId });
      return createRunFiles({ ...filing, http }, scope, run);
    },
    prepare: (scope, run) => prepareVersion(scope, run.appId, run.versionId),
    consume: (consumption) =>
      queue.consume({
        ...consumption,
        onError: (error) => logger.warn({ err: error }, "The run queue reported a problem."),
      }),
    settings: {
      concurrency: config.DIWAN_WORKER_CONCURRENCY,
      limits: {
        maxSteps: config.WORKFLOW_MAX_EXECUTION_STEPS,
        ...runTimeLimitsOf(config),
        maxParallelSteps: config.GRAPH_ENGINE_MAX_WORKERS,
        maxStepOutputBytes: config.DIWAN_STEP_OUTPUT_MAX_BYTES,
        maxRunOutputBytes: config.DIWAN_RUN_OUTPUT_MAX_BYTES,
      },
      reaper: {
        ...defaultReaperLimits,
        queueDeadlineMs: config.DIWAN_QUEUE_DEADLINE_SECONDS * 1000,
        pauseDeadlineMs: config.HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS * 1000,
      },
      owner: ids.next(),
    },
  };
}
