import { z } from "zod";
import { setting } from "./config.ts";

const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);
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
    schema: z.coerce.number().int().positive().default(10_000),
    meaning: "Runs that may wait for a worker before further ones are refused.",
    example: "10000",
  }),
  DIWAN_WORKER_CONCURRENCY: setting({
    schema: z.coerce.number().int().min(2).max(500).default(20),
    meaning: "Runs of one process at a time.",
    example: "20",
  }),
  DIWAN_RUN_SOFT_SECONDS: setting({
    schema: seconds(540),
    meaning: "Active seconds after which a run is ended.",
    example: "540",
  }),
  DIWAN_RUN_HARD_SECONDS: setting({
    schema: seconds(600),
    meaning: "Active seconds after which a run is settled whatever its steps do.",
    example: "600",
  }),
  DIWAN_STEP_OUTPUT_MAX_BYTES: setting({
    schema: z.coerce.number().int().positive().default(16_777_216),
    meaning: "Bytes that one step may give, as JSON.",
    example: "16777216",
  }),
  DIWAN_QUEUE_DEADLINE_SECONDS: setting({
    schema: seconds(3600),
    meaning: "Seconds that a run may wait for a worker before it is given up.",
    example: "3600",
  }),
  HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS: setting({
    schema: seconds(604_800),
    meaning: "Seconds that a run may wait for people before it is given up.",
    example: "604800",
  }),
  WORKFLOW_MAX_EXECUTION_STEPS: setting({
    schema: z.coerce.number().int().positive().default(500),
    meaning: "Steps after which a run is ended.",
    example: "500",
  }),
  WORKFLOW_MAX_EXECUTION_TIME: setting({
    schema: seconds(1200),
    meaning: "Seconds; the smaller of this and DIWAN_RUN_SOFT_SECONDS counts.",
    example: "1200",
  }),
  GRAPH_ENGINE_MAX_WORKERS: setting({
    schema: z.coerce.number().int().positive().default(10),
    meaning: "Steps of one run that work at a time.",
    example: "10",
  }),
  HTTP_REQUEST_MAX_CONNECT_TIMEOUT: setting({
    schema: seconds(10),
    meaning: "Longest wait, in seconds, for the connection of an HTTP step.",
    example: "10",
  }),
  HTTP_REQUEST_MAX_READ_TIMEOUT: setting({
    schema: seconds(600),
    meaning: "Longest wait, in seconds, for each part of the answer to an HTTP step.",
    example: "600",
  }),
  HTTP_REQUEST_MAX_WRITE_TIMEOUT: setting({
    schema: seconds(600),
    meaning: "Longest wait, in seconds, until each part of an HTTP step's request is taken.",
    example: "600",
  }),
  HTTP_REQUEST_NODE_MAX_BINARY_SIZE: setting({
    schema: z.coerce.number().int().positive().default(10_485_760),
    meaning: "Bytes of the largest file that an HTTP step takes as its answer.",
    example: "10485760",
  }),
  HTTP_REQUEST_NODE_MAX_TEXT_SIZE: setting({
    schema: z.coerce.number().int().positive().default(1_048_576),
    meaning: "Bytes of the longest text that an HTTP step takes as its answer.",
    example: "1048576",
  }),
  HTTP_REQUEST_NODE_SSL_VERIFY: setting({
    schema: z.stringbool().default(true),
    meaning: "Whether HTTP steps that do not say so themselves check certificates.",
    example: "true",
  }),
  DIWAN_MODEL_FIRST_TOKEN_SECONDS: setting({
    schema: seconds(300),
    meaning: "Longest wait for a model's first part.",
    example: "300",
  }),
  DIWAN_MODEL_SILENCE_SECONDS: setting({
    schema: seconds(300),
    meaning: "Longest silence between two parts of an answer.",
    example: "300",
  }),
  DIWAN_STREAM_RETENTION_SECONDS: setting({
    schema: seconds(600),
    meaning: "How long a run's events can be read again after its end.",
    example: "600",
  }),
  DIWAN_SHUTDOWN_DELAY_SECONDS: setting({
    schema: z.coerce.number().min(0).default(10),
    meaning: "How long a process that was told to stop still answers, so that balancers notice.",
    example: "10",
  }),
  DIWAN_STREAM_DRAIN_SECONDS: setting({
    schema: z.coerce.number().min(0).default(600),
    meaning:
      "How long an api that was told to stop lets answers end that their readers could not go on with elsewhere.",
    example: "600",
  }),
  DIWAN_WORKER_DRAIN_SECONDS: setting({
    schema: seconds(600),
    meaning: "How long a worker that was told to stop lets its runs end before it hands them over.",
    example: "600",
  }),
};

/** Names beginning with `DIWAN_` that some process of ours reads; any other is a mistake. */
export const knownNames: readonly string[] = [
  ...Object.keys(commonSettings),
  "DIWAN_URL",
  "DIWAN_TOKEN",
  "DIWAN_COMMIT",
  "DIWAN_EGRESS_ALLOW_PRIVATE",
];
