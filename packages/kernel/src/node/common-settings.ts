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
  DATABASE_URL: setting({
    schema: z.string().regex(/^postgres(ql)?:\/\//, "must begin with postgres://"),
    meaning: "Postgres 14 or newer.",
    example: "postgres://user:password@host:5432/diwan",
    secret: true,
  }),
  REDIS_URL: setting({
    schema: z.string().regex(/^rediss?:\/\//, "must begin with redis:// or rediss://"),
    meaning: "Redis 6 or newer, with an append-only file and no eviction.",
    example: "redis://:password@host:6379/0",
    secret: true,
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
];
