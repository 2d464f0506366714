import { egressSettings } from "@diwan/egress/settings";
import {
  type ConfigOf,
  codeRule,
  codeSettings,
  commonSettings as common,
  connectionRule,
  connectionSettings,
  graphSettings,
  knownNames,
  readConfig,
  runTimeSettings,
  setting,
} from "@diwan/kernel/node";
import { z } from "zod";

const declared = {
  SECRET_KEY: common.SECRET_KEY,
  SECRET_KEY_PREVIOUS: common.SECRET_KEY_PREVIOUS,
  ...connectionSettings,
  OPENAI_API_BASE: common.OPENAI_API_BASE,
  OPENAI_API_KEY: common.OPENAI_API_KEY,
  LOG_LEVEL: common.LOG_LEVEL,
  STORAGE_LOCAL_PATH: common.STORAGE_LOCAL_PATH,
  CONSOLE_WEB_URL: common.CONSOLE_WEB_URL,
  FILES_URL: common.FILES_URL,
  FILES_ACCESS_TIMEOUT: common.FILES_ACCESS_TIMEOUT,
  ...egressSettings,
  ...codeSettings,
  HTTP_REQUEST_MAX_CONNECT_TIMEOUT: common.HTTP_REQUEST_MAX_CONNECT_TIMEOUT,
  HTTP_REQUEST_MAX_READ_TIMEOUT: common.HTTP_REQUEST_MAX_READ_TIMEOUT,
  HTTP_REQUEST_MAX_WRITE_TIMEOUT: common.HTTP_REQUEST_MAX_WRITE_TIMEOUT,
  HTTP_REQUEST_NODE_MAX_BINARY_SIZE: common.HTTP_REQUEST_NODE_MAX_BINARY_SIZE,
  HTTP_REQUEST_NODE_MAX_TEXT_SIZE: common.HTTP_REQUEST_NODE_MAX_TEXT_SIZE,
  HTTP_REQUEST_NODE_SSL_VERIFY: common.HTTP_REQUEST_NODE_SSL_VERIFY,
  DIWAN_WORKER_CONCURRENCY: common.DIWAN_WORKER_CONCURRENCY,
  ...graphSettings,
  ...runTimeSettings,
  DIWAN_RUN_OUTPUT_MAX_BYTES: common.DIWAN_RUN_OUTPUT_MAX_BYTES,
  DIWAN_STEP_OUTPUT_MAX_BYTES: common.DIWAN_STEP_OUTPUT_MAX_BYTES,
  DIWAN_QUEUE_DEADLINE_SECONDS: common.DIWAN_QUEUE_DEADLINE_SECONDS,
  HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS: common.HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS,
  WORKFLOW_MAX_EXECUTION_STEPS: common.WORKFLOW_MAX_EXECUTION_STEPS,
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
  return readConfig(declared, environment, knownNames, (values, isSet) => [
    ...connectionRule(values, isSet),
    ...codeRule(values, isSet),
  ]);
}
