import { z } from "zod";
import { codeSettings } from "./code-settings.ts";
import { type ConfigOf, setting } from "./config.ts";

const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

/** A timer that is set to more fires at once: its milliseconds are an integer of 32 bits. */
const MAX_TIMER_SECONDS = 2_147_483;
const timerSeconds = z.coerce.number().max(MAX_TIMER_SECONDS, `is more than a timer can wait, ${MAX_TIMER_SECONDS} s`);
const waitSeconds = (fallback: number) => timerSeconds.positive().default(fallback);
const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);

const text = z.string().min(1).optional();

/** Settings that several processes read alike; each process lists those it takes in its own `config.ts`. */
export const commonSettings = {
  SECRET_KEY: setting({
    schema: text,
    meaning: "Seals stored credentials. At least 32 random bytes.",
    example: "the output of `openssl rand -base64 42`",
    secret: true,
  }),
  SECRET_KEY_PREVIOUS: setting({
    schema: z.string().default(""),
    meaning: "Earlier keys, separated by commas, still read.",
    example: "…",
    secret: true,
  }),
  INIT_PASSWORD: setting({
    schema: text,
    meaning: "The set-up secret, instead of a random one.",
    example: "a-long-phrase",
    secret: true,
  }),
  OPENAI_API_BASE: setting({
    schema: z.url().optional(),
    meaning: "An OpenAI-compatible endpoint for every workspace.",
    example: "https://host/v1",
  }),
  OPENAI_API_KEY: setting({ schema: text, meaning: "Its key.", example: "sk-…", secret: true }),
  CONSOLE_WEB_URL: setting({
    schema: z.url().optional(),
    meaning: "Public address of the console.",
    example: "https://diwan.example",
  }),
  LOG_LEVEL: setting({
    schema: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
    meaning: "Least level that is logged.",
    example: "info",
  }),
  STORAGE_LOCAL_PATH: setting({
    schema: z.string().min(1).default(".data/files"),
    meaning: "Folder for files. Every api and worker must see the same one.",
    example: "/var/lib/diwan/files",
  }),
  FILES_URL: setting({
    schema: z.url().optional(),
    meaning: "Address under which files are fetched; CONSOLE_WEB_URL where it is not set.",
    example: "https://files.example.com",
  }),
  FILES_ACCESS_TIMEOUT: setting({
    schema: seconds(86_400),
    meaning: "Seconds for which the address of a file works.",
    example: "86400",
  }),
  DIWAN_MAX_QUEUED_RUNS: setting({
    schema: count(10_000),
    meaning: "Runs that may wait for a worker before further ones are refused.",
    example: "10000",
  }),
  DIWAN_WORKER_CONCURRENCY: setting({
    schema: z.coerce.number().int().min(2).max(500).default(20),
    meaning: "Runs of one process at a time.",
    example: "20",
  }),
  DIWAN_RUN_SOFT_SECONDS: setting({
    schema: waitSeconds(540),
    meaning: "Active seconds after which a run is ended.",
    example: "540",
    alias: "CELERY_TASK_SOFT_TIME_LIMIT",
  }),
  DIWAN_RUN_HARD_SECONDS: setting({
    schema: waitSeconds(600),
    meaning: "Active seconds after which a run is settled whatever its steps do.",
    example: "600",
    alias: "CELERY_TASK_TIME_LIMIT",
  }),
  DIWAN_RUN_HARD_MAX_SECONDS: setting({
    schema: waitSeconds(3600),
    meaning: "Most active seconds that an app may give its runs by limits of its own.",
    example: "3600",
  }),
  DIWAN_RUN_OUTPUT_MAX_BYTES: setting({
    schema: count(268_435_456),
    meaning: "Bytes that all steps of one run may give together, as JSON.",
    example: "268435456",
  }),
  DIWAN_STEP_OUTPUT_MAX_BYTES: setting({
    schema: count(16_777_216),
    meaning: "Bytes that one step may give, as JSON.",
    example: "16777216",
  }),
  DIWAN_QUEUE_DEADLINE_SECONDS: setting({
    schema: seconds(3600),
    meaning: "Seconds that a run may wait for a worker before it is given up.",
    example: "3600",
  }),
  DIWAN_BLOCKING_QUEUE_DEADLINE_SECONDS: setting({
    schema: waitSeconds(300),
    meaning: "The same for a run whose caller waits for its end in one answer.",
    example: "300",
  }),
  HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS: setting({
    schema: seconds(604_800),
    meaning: "Seconds that a run may wait for people before it is given up.",
    example: "604800",
  }),
  WORKFLOW_MAX_EXECUTION_STEPS: setting({
    schema: count(500),
    meaning: "Steps after which a run is ended.",
    example: "500",
  }),
  WORKFLOW_MAX_EXECUTION_TIME: setting({
    schema: waitSeconds(1200),
    meaning: "Seconds; the smallest of this, APP_MAX_EXECUTION_TIME and the run's soft limit counts.",
    example: "1200",
  }),
  APP_MAX_EXECUTION_TIME: setting({
    schema: waitSeconds(1200),
    meaning: "Seconds; the smallest of this, WORKFLOW_MAX_EXECUTION_TIME and the run's soft limit counts.",
    example: "1200",
  }),
  APP_MAX_ACTIVE_REQUESTS: setting({
    schema: z.coerce.number().int().min(0).default(0),
    meaning: "Runs of one app that may wait or be at work before further ones are refused; 0 for any number.",
    example: "50",
  }),
  APP_DEFAULT_ACTIVE_REQUESTS: setting({
    schema: z.coerce.number().int().min(0).default(0),
    meaning: "The same for apps that name no number of their own; the smaller one counts, 0 for any number.",
    example: "50",
  }),
  LOOP_NODE_MAX_COUNT: setting({
    schema: z.coerce.number().int().positive().optional(),
    meaning: "Rounds above which people are warned of a loop; it runs nevertheless.",
    example: "100",
  }),
  MAX_VARIABLE_SIZE: setting({
    schema: count(204_800),
    meaning: "Bytes of the largest value that an app may declare for an environment or conversation variable.",
    example: "204800",
  }),
  DIWAN_CONTAINER_MAX_DEPTH: setting({
    schema: z.coerce.number().int().min(1).max(100).default(20),
    meaning: "Iterations and loops that may lie in each other.",
    example: "20",
  }),
  DIWAN_CONTAINER_MAX_ROUNDS: setting({
    schema: count(100_000),
    meaning: "Rounds that one iteration or loop may go through.",
    example: "100000",
  }),
  DIWAN_REQUEST_MAX_BYTES: setting({
    schema: z.coerce.number().int().min(1024).default(16_777_216),
    meaning: "Bytes of the largest request that is no upload.",
    example: "16777216",
  }),
  GRAPH_ENGINE_MAX_WORKERS: setting({
    schema: count(10),
    meaning: "Steps of one run that work at a time.",
    example: "10",
  }),
  HTTP_REQUEST_MAX_CONNECT_TIMEOUT: setting({
    schema: waitSeconds(10),
    meaning: "Longest wait, in seconds, for the connection of an HTTP step.",
    example: "10",
  }),
  HTTP_REQUEST_MAX_READ_TIMEOUT: setting({
    schema: waitSeconds(600),
    meaning: "Longest wait, in seconds, for each part of the answer to an HTTP step.",
    example: "600",
  }),
  HTTP_REQUEST_MAX_WRITE_TIMEOUT: setting({
    schema: waitSeconds(600),
    meaning: "Longest wait, in seconds, until each part of an HTTP step's request is taken.",
    example: "600",
  }),
  HTTP_REQUEST_NODE_MAX_BINARY_SIZE: setting({
    schema: count(10_485_760),
    meaning: "Bytes of the largest file that an HTTP step takes as its answer.",
    example: "10485760",
  }),
  HTTP_REQUEST_NODE_MAX_TEXT_SIZE: setting({
    schema: count(1_048_576),
    meaning: "Bytes of the longest text that an HTTP step takes as its answer.",
    example: "1048576",
  }),
  HTTP_REQUEST_NODE_SSL_VERIFY: setting({
    schema: z.stringbool().default(true),
    meaning: "Whether HTTP steps that do not say so themselves check certificates.",
    example: "true",
  }),
  DIWAN_MODEL_FIRST_TOKEN_SECONDS: setting({
    schema: waitSeconds(300),
    meaning: "Longest wait for a model's first part.",
    example: "300",
  }),
  DIWAN_MODEL_SILENCE_SECONDS: setting({
    schema: waitSeconds(300),
    meaning: "Longest silence between two parts of an answer.",
    example: "300",
  }),
  DIWAN_STREAM_RETENTION_SECONDS: setting({
    schema: waitSeconds(600),
    meaning: "How long a run's events can be read again after its end.",
    example: "600",
  }),
  DIWAN_SHUTDOWN_DELAY_SECONDS: setting({
    schema: timerSeconds.min(0).default(10),
    meaning: "How long a process that was told to stop still answers, so that balancers notice.",
    example: "10",
  }),
  DIWAN_STREAM_DRAIN_SECONDS: setting({
    schema: timerSeconds.min(0).default(600),
    meaning:
      "How long an api that was told to stop lets answers end that their readers could not go on with elsewhere.",
    example: "600",
  }),
  DIWAN_WORKER_DRAIN_SECONDS: setting({
    schema: waitSeconds(600),
    meaning: "How long a worker that was told to stop lets its runs end before it hands them over.",
    example: "600",
  }),
};

/** What an app may be, for those who publish it and those who run it. */
export const graphSettings = {
  DIWAN_CONTAINER_MAX_DEPTH: commonSettings.DIWAN_CONTAINER_MAX_DEPTH,
  DIWAN_CONTAINER_MAX_ROUNDS: commonSettings.DIWAN_CONTAINER_MAX_ROUNDS,
  LOOP_NODE_MAX_COUNT: commonSettings.LOOP_NODE_MAX_COUNT,
  MAX_VARIABLE_SIZE: commonSettings.MAX_VARIABLE_SIZE,
};

/** The same as numbers of the engine. */
export function graphLimitsOf(config: ConfigOf<typeof graphSettings>) {
  return {
    maxContainerDepth: config.DIWAN_CONTAINER_MAX_DEPTH,
    maxContainerRounds: config.DIWAN_CONTAINER_MAX_ROUNDS,
    usualContainerRounds: config.LOOP_NODE_MAX_COUNT,
    maxVariableBytes: config.MAX_VARIABLE_SIZE,
  };
}

/** How long runs may take, for those who run them and those who tell of it. */
export const runTimeSettings = {
  DIWAN_RUN_SOFT_SECONDS: commonSettings.DIWAN_RUN_SOFT_SECONDS,
  DIWAN_RUN_HARD_SECONDS: commonSettings.DIWAN_RUN_HARD_SECONDS,
  DIWAN_RUN_HARD_MAX_SECONDS: commonSettings.DIWAN_RUN_HARD_MAX_SECONDS,
  WORKFLOW_MAX_EXECUTION_TIME: commonSettings.WORKFLOW_MAX_EXECUTION_TIME,
  APP_MAX_EXECUTION_TIME: commonSettings.APP_MAX_EXECUTION_TIME,
};

/** The same as numbers of the engine; the smallest of what the settings say counts. */
export function runTimeLimitsOf(config: ConfigOf<typeof runTimeSettings>) {
  const maxSoftMs = Math.min(config.WORKFLOW_MAX_EXECUTION_TIME, config.APP_MAX_EXECUTION_TIME) * 1000;
  return {
    softMs: Math.min(config.DIWAN_RUN_SOFT_SECONDS * 1000, maxSoftMs),
    hardMs: config.DIWAN_RUN_HARD_SECONDS * 1000,
    maxSoftMs,
    maxHardMs: config.DIWAN_RUN_HARD_MAX_SECONDS * 1000,
  };
}

/** Names beginning with `DIWAN_` that some process of ours reads; any other is a mistake. */
export const knownNames: readonly string[] = [
  ...Object.keys(commonSettings),
  ...Object.keys(codeSettings),
  "DIWAN_POSTGRES_MAX_CONNECTIONS",
  "DIWAN_URL",
  "DIWAN_TOKEN",
  "DIWAN_COMMIT",
  "DIWAN_EGRESS_ALLOW_PRIVATE",
];
