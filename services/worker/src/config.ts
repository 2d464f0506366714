import { type ConfigOf, commonSettings as common, knownNames, readConfig, setting } from "@diwan/kernel/node";
import { z } from "zod";

const declared = {
  SECRET_KEY: common.SECRET_KEY,
  SECRET_KEY_PREVIOUS: common.SECRET_KEY_PREVIOUS,
  DATABASE_URL: common.DATABASE_URL,
  REDIS_URL: common.REDIS_URL,
  OPENAI_API_BASE: common.OPENAI_API_BASE,
  OPENAI_API_KEY: common.OPENAI_API_KEY,
  LOG_LEVEL: common.LOG_LEVEL,
  DIWAN_WORKER_CONCURRENCY: common.DIWAN_WORKER_CONCURRENCY,
  DIWAN_RUN_SOFT_SECONDS: common.DIWAN_RUN_SOFT_SECONDS,
  WORKFLOW_MAX_EXECUTION_STEPS: common.WORKFLOW_MAX_EXECUTION_STEPS,
  WORKFLOW_MAX_EXECUTION_TIME: common.WORKFLOW_MAX_EXECUTION_TIME,
  GRAPH_ENGINE_MAX_WORKERS: common.GRAPH_ENGINE_MAX_WORKERS,
  DIWAN_MODEL_FIRST_TOKEN_SECONDS: common.DIWAN_MODEL_FIRST_TOKEN_SECONDS,
  DIWAN_MODEL_SILENCE_SECONDS: common.DIWAN_MODEL_SILENCE_SECONDS,
  DIWAN_STREAM_RETENTION_SECONDS: common.DIWAN_STREAM_RETENTION_SECONDS,
  DIWAN_WORKER_DRAIN_SECONDS: common.DIWAN_WORKER_DRAIN_SECONDS,
  WORKER_HOST: setting({
    schema: z.string().min(1).default("127.0.0.1"),
    meaning: "Address for health and metrics.",
    example: "0.0.0.0",
  }),
  WORKER_PORT: setting({
    schema: z.coerce.number().int().min(0).max(65_535).default(9464),
    meaning: "Port for health and metrics.",
    example: "9464",
  }),
};

export type WorkerConfig = ConfigOf<typeof declared>;

export function workerConfig(environment: Record<string, string | undefined>): WorkerConfig {
  return readConfig(declared, environment, knownNames);
}
