import { type ConfigOf, commonSettings as common, knownNames, readConfig } from "@diwan/kernel/node";

/** Settings of `npm start`. It needs none of them: without `SECRET_KEY` one is made in the data folder. */
const declared = {
  SECRET_KEY: common.SECRET_KEY,
  SECRET_KEY_PREVIOUS: common.SECRET_KEY_PREVIOUS,
  INIT_PASSWORD: common.INIT_PASSWORD,
  OPENAI_API_BASE: common.OPENAI_API_BASE,
  OPENAI_API_KEY: common.OPENAI_API_KEY,
  CONSOLE_WEB_URL: common.CONSOLE_WEB_URL,
  LOG_LEVEL: common.LOG_LEVEL,
  DIWAN_WORKER_CONCURRENCY: common.DIWAN_WORKER_CONCURRENCY,
  DIWAN_RUN_SOFT_SECONDS: common.DIWAN_RUN_SOFT_SECONDS,
  WORKFLOW_MAX_EXECUTION_STEPS: common.WORKFLOW_MAX_EXECUTION_STEPS,
  WORKFLOW_MAX_EXECUTION_TIME: common.WORKFLOW_MAX_EXECUTION_TIME,
  GRAPH_ENGINE_MAX_WORKERS: common.GRAPH_ENGINE_MAX_WORKERS,
  DIWAN_MODEL_FIRST_TOKEN_SECONDS: common.DIWAN_MODEL_FIRST_TOKEN_SECONDS,
  DIWAN_MODEL_SILENCE_SECONDS: common.DIWAN_MODEL_SILENCE_SECONDS,
  DIWAN_STREAM_RETENTION_SECONDS: common.DIWAN_STREAM_RETENTION_SECONDS,
};

export type StandaloneConfig = ConfigOf<typeof declared>;

export function standaloneConfig(environment: Record<string, string | undefined>): StandaloneConfig {
  return readConfig(declared, environment, knownNames);
}
