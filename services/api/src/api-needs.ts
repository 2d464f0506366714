import { createContentCache } from "@diwan/apps";
import { createGuardedHttpClient } from "@diwan/egress";
import { egressPolicy } from "@diwan/egress/settings";
import type { Clock, IdSource, Logger } from "@diwan/kernel";
import type { Metrics } from "@diwan/kernel/node";
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
    | "DIWAN_EGRESS_ALLOW_PRIVATE"
    | "DIWAN_MAX_QUEUED_RUNS"
    | "DIWAN_QUEUE_DEADLINE_SECONDS"
    | "DIWAN_RUN_HARD_SECONDS"
    | "HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS"
  >,
  { version, localToken, consoleDir, samplesDir, local, streamDrainMs = 0 }: ApiPlaces,
): ApiNeeds {
  const { stores, queue, live, signals, readiness } = stack;
  queueMetrics(metrics, stack);
  const base = config.OPENAI_API_BASE;
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
    admission: createAdmission({ load: stack.load, clock }, config.DIWAN_MAX_QUEUED_RUNS),
    local,
    live,
    signals,
    readContent: createContentCache(),
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
      limits: {
        hardMs: config.DIWAN_RUN_HARD_SECONDS * 1000,
        queueDeadlineMs: config.DIWAN_QUEUE_DEADLINE_SECONDS * 1000,
        pauseDeadlineMs: config.HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS * 1000,
      },
    },
  };
}
