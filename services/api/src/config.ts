import { egressSettings } from "@diwan/egress/settings";
import {
  type ConfigOf,
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
  INIT_PASSWORD: common.INIT_PASSWORD,
  OPENAI_API_BASE: common.OPENAI_API_BASE,
  OPENAI_API_KEY: common.OPENAI_API_KEY,
  CONSOLE_WEB_URL: common.CONSOLE_WEB_URL,
  LOG_LEVEL: common.LOG_LEVEL,
  STORAGE_LOCAL_PATH: common.STORAGE_LOCAL_PATH,
  FILES_URL: common.FILES_URL,
  FILES_ACCESS_TIMEOUT: common.FILES_ACCESS_TIMEOUT,
  ...egressSettings,
  DIWAN_STREAM_RETENTION_SECONDS: common.DIWAN_STREAM_RETENTION_SECONDS,
  DIWAN_SHUTDOWN_DELAY_SECONDS: common.DIWAN_SHUTDOWN_DELAY_SECONDS,
  DIWAN_STREAM_DRAIN_SECONDS: common.DIWAN_STREAM_DRAIN_SECONDS,
  DIWAN_MAX_QUEUED_RUNS: common.DIWAN_MAX_QUEUED_RUNS,
  APP_MAX_ACTIVE_REQUESTS: common.APP_MAX_ACTIVE_REQUESTS,
  APP_DEFAULT_ACTIVE_REQUESTS: common.APP_DEFAULT_ACTIVE_REQUESTS,
  DIWAN_REQUEST_MAX_BYTES: common.DIWAN_REQUEST_MAX_BYTES,
  ...graphSettings,
  ...runTimeSettings,
  DIWAN_QUEUE_DEADLINE_SECONDS: common.DIWAN_QUEUE_DEADLINE_SECONDS,
  DIWAN_BLOCKING_QUEUE_DEADLINE_SECONDS: common.DIWAN_BLOCKING_QUEUE_DEADLINE_SECONDS,
  HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS: common.HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS,
  API_HOST: setting({
    schema: z.string().min(1).default("127.0.0.1"),
    meaning: "Address to listen on.",
    example: "0.0.0.0",
  }),
  API_PORT: setting({
    schema: z.coerce.number().int().min(0).max(65_535).default(5001),
    meaning: "Port to listen on.",
    example: "5001",
  }),
};

export type ApiConfig = ConfigOf<typeof declared>;

export function apiConfig(environment: Record<string, string | undefined>): ApiConfig {
  return readConfig(declared, environment, knownNames, connectionRule);
}
