import { createContentCache } from "@diwan/apps";
import { createGuardedHttpClient } from "@diwan/egress";
import { egressPolicy, type egressSettings } from "@diwan/egress/settings";
import type { Clock, IdSource, Logger } from "@diwan/kernel";
import {
  graphLimitsOf,
  type graphSettings,
  type Metrics,
  runTimeLimitsOf,
  type runTimeSettings,
} from "@diwan/kernel/node";
import { createAdmission, type FileSigner, type LocalSlots } from "@diwan/runs";
import type { StorageStack } from "@diwan/storage/server";
import type { Sealer } from "@diwan/workspaces";
import type { ApiConfig } from "./config.ts";
import type { ApiNeeds } from "./needs.ts";
import { queueMetrics } from "./queue-metrics.ts";
import { cachedEndUsers } from "./routes/v1/end-users.ts";
import { createPublishedApps } from "./routes/v1/published-apps.ts";
import { loadSamples } from "./samples.ts";

type Parts = {
  stack: StorageStack;
  sealer: Sealer;
  signer: FileSigner;
  metrics: Metrics;
  logger: Logger;
  clock: Clock;
  ids: IdSource;
};

export type ApiPlaces = {
  version: string;
  localToken: string | undefined;
  /** Folder of the built console; undefined where another process serves it. */
  consoleDir: string | undefined;
  samplesDir: string;
  /** Places of a worker in this same process. */
  local?: LocalSlots;
  /** How long answers may take to end when the server closes; none where everything ends with it. */
  streamDrainMs?: number;
};

/** Other processes may change what a key opens. */
const SHARED_FRESH_MS = 1_000;
/** A process with a worker of its own is alone: what changes, changes here. Uses of keys are still noted. */
const ALONE_FRESH_MS = 60_000;

/** What the api needs, from storage and settings. */
export function apiNeeds(
  { stack, sealer, signer, metrics, logger, clock, ids }: Parts,
  config: Pick<
    ApiConfig,
    | "OPENAI_API_BASE"
    | "OPENAI_API_KEY"
    | "CONSOLE_WEB_URL"
    | keyof typeof egressSettings
    | "DIWAN_MAX_QUEUED_RUNS"
    | "DIWAN_QUEUE_DEADLINE_SECONDS"
    | "DIWAN_BLOCKING_QUEUE_DEADLINE_SECONDS"
    | "APP_MAX_ACTIVE_REQUESTS"
    | "APP_DEFAULT_ACTIVE_REQUESTS"
    | "DIWAN_REQUEST_MAX_BYTES"
    | keyof typeof graphSettings
    | keyof typeof runTimeSettings
    | "HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS"
  >,
  { version, localToken, consoleDir, samplesDir, local, streamDrainMs = 0 }: ApiPlaces,
): ApiNeeds {
  const { stores, queue, live, signals, readiness } = stack;
  queueMetrics(metrics, stack);
  const base = config.OPENAI_API_BASE;
  const graphLimits = graphLimitsOf(config);
  const maxActiveOfApp = leastAboveZero(config.APP_MAX_ACTIVE_REQUESTS, config.APP_DEFAULT_ACTIVE_REQUESTS);
  return {
    ...stores,
    http: createGuardedHttpClient({ profile: "platform", policy: egressPolicy(config) }),
    environment: base === undefined ? undefined : { baseUrl: base, apiKey: config.OPENAI_API_KEY },
    endUsers: cachedEndUsers(stores.endUsers),
    sealer,
    signer,
    contents: stack.contents,
    published: createPublishedApps({ ...stores, clock }, local === undefined ? SHARED_FRESH_MS : ALONE_FRESH_MS),
    queue,
    load: stack.load,
    admission: createAdmission(
      { load: stack.load, clock },
      { maxQueued: config.DIWAN_MAX_QUEUED_RUNS, maxActiveOfApp },
    ),
    local,
    live,
    signals,
    graphLimits,
    readContent: createContentCache(graphLimits),
    samples: loadSamples(samplesDir),
    clock,
    ids,
    logger,
    metrics,
    readiness,
    warnings: stack.warnings,
    settings: {
      version,
      localToken,
      consoleDir,
      consoleOrigins: config.CONSOLE_WEB_URL === undefined ? [] : [new URL(config.CONSOLE_WEB_URL).origin],
      secureCookies: config.CONSOLE_WEB_URL?.startsWith("https:") === true,
      streamDrainMs,
      blockingQueueDeadlineMs:
        Math.min(config.DIWAN_BLOCKING_QUEUE_DEADLINE_SECONDS, config.DIWAN_QUEUE_DEADLINE_SECONDS) * 1000,
      maxRequestBytes: config.DIWAN_REQUEST_MAX_BYTES,
      limits: {
        time: runTimeLimitsOf(config),
        queueDeadlineMs: config.DIWAN_QUEUE_DEADLINE_SECONDS * 1000,
        pauseDeadlineMs: config.HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS * 1000,
      },
    },
  };
}

/** Of limits of which 0 is none; 0 where all are. */
function leastAboveZero(...limits: readonly number[]): number {
  const set = limits.filter((limit) => limit > 0);
  return set.length === 0 ? 0 : Math.min(...set);
}
