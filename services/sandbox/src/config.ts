import { type ConfigOf, commonSettings as common, knownNames, readConfig, setting } from "@diwan/kernel/node";
import { z } from "zod";

const count = (least: number, most: number, byDefault: number) =>
  z.coerce.number().int().min(least).max(most).default(byDefault);

/** As `id:key,id:key`, each key 32 bytes in base64. */
const publicKeys = z
  .string()
  .default("")
  .transform((text, context) => {
    const keys = new Map<string, Buffer>();
    for (const entry of text.split(",").filter(Boolean)) {
      const colon = entry.indexOf(":");
      const raw = Buffer.from(entry.slice(colon + 1), "base64");
      if (colon < 1 || raw.length !== 32) {
        context.addIssue("each is a key id, a colon and an Ed25519 public key of 32 bytes in base64");
        return z.NEVER;
      }
      keys.set(entry.slice(0, colon), raw);
    }
    return keys;
  });

const WELL_KNOWN_KEY = "dify-sandbox";

const declared = {
  LOG_LEVEL: common.LOG_LEVEL,
  SANDBOX_HOST: setting({
    schema: z.string().min(1).default("127.0.0.1"),
    meaning: "Address that the sandbox listens on.",
    example: "0.0.0.0",
  }),
  SANDBOX_PORT: setting({
    schema: count(0, 65_535, 8194),
    meaning: "Port that the sandbox listens on.",
    example: "8194",
  }),
  SANDBOX_METRICS_PORT: setting({
    schema: count(0, 65_535, 9464),
    meaning: "Port of its metrics.",
    example: "9464",
  }),
  API_KEY: setting({
    schema: z
      .string()
      .refine((key) => key !== WELL_KNOWN_KEY, "this key is known to everybody; choose another one")
      .optional(),
    meaning: "Key that callers send in X-Api-Key.",
    example: "a text of your own, such as from `openssl rand -hex 32`",
    alias: "SANDBOX_API_KEY",
    secret: true,
  }),
  SANDBOX_PUBLIC_KEYS: setting({
    schema: publicKeys,
    meaning: "Public keys of callers that sign their requests, so that the sandbox holds no secret.",
    example: "2026-11:MCowBQYDK2VwAyEA…",
  }),
  SANDBOX_AUDIENCE: setting({
    schema: z.string().min(1).default("sandbox"),
    meaning: "Whom signed requests are for.",
    example: "sandbox",
  }),
  MAX_WORKERS: setting({ schema: count(1, 256, 4), meaning: "Programs at once.", example: "4" }),
  MAX_REQUESTS: setting({
    schema: count(1, 10_000, 50),
    meaning: "Requests at once, running and waiting; further ones are refused.",
    example: "50",
  }),
  SANDBOX_QUEUE_SECONDS: setting({
    schema: count(1, 3600, 30),
    meaning: "Seconds that a program may wait for a place.",
    example: "30",
  }),
  WORKER_TIMEOUT: setting({
    schema: count(1, 3600, 15),
    meaning: "Seconds that a program may take.",
    example: "15",
  }),
  SANDBOX_MEMORY_MIB: setting({
    schema: count(64, 2048, 256),
    meaning: "Memory of a Python program, in MiB; a JavaScript program has a quarter.",
    example: "256",
  }),
  SANDBOX_OUTPUT_MIB: setting({
    schema: count(1, 64, 4),
    meaning: "Output of a program on each stream, in MiB, before it is ended.",
    example: "4",
  }),
  SANDBOX_MAX_CODE_MIB: setting({
    schema: count(1, 64, 10),
    meaning: "Size of a program with its inputs, in MiB.",
    example: "10",
  }),
  SANDBOX_PYTHON_HOSTS: setting({
    schema: count(1, 64, 2),
    meaning: "Processes for Python programs, about 300 MB each.",
    example: "2",
  }),
  SANDBOX_JAVASCRIPT_HOSTS: setting({
    schema: count(1, 64, 2),
    meaning: "Processes for JavaScript programs, about 100 MB each.",
    example: "2",
  }),
  SANDBOX_IDLE_SECONDS: setting({
    schema: z.coerce.number().int().min(1).max(86_400).optional(),
    meaning: "Start processes at the first program, and end those that nobody needs for so many seconds.",
    example: "60",
  }),
  SANDBOX_REUSE: setting({
    schema: z.enum(["clean", "partition", "never"]).default("clean"),
    meaning: "Whether a process serves one program after the other, those of one workspace, or one only.",
    example: "partition",
  }),
  SANDBOX_PY_PACKAGES_DIR: setting({
    schema: z.string().min(1).optional(),
    meaning: "Folder with wheels of pure Python that programs can import.",
    example: "/opt/wheels",
  }),
  SANDBOX_CACHE_DIR: setting({
    schema: z.string().min(1).optional(),
    meaning: "Folder for the image that Python begins with; the project's cache where it is not set.",
    example: "/var/cache/diwan-sandbox",
  }),
};

export type SandboxConfig = ConfigOf<typeof declared>;

/** @throws config.invalid (caller) naming each setting and what is wrong with it. */
export function sandboxConfig(environment: Record<string, string | undefined>): SandboxConfig {
  return readConfig(declared, environment, knownNames, (values) =>
    values.API_KEY === undefined && (values.SANDBOX_PUBLIC_KEYS?.size ?? 0) === 0
      ? ["API_KEY: set a key for callers, or SANDBOX_PUBLIC_KEYS for callers that sign their requests"]
      : [],
  );
}
