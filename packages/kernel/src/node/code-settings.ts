import { Buffer } from "node:buffer";
import { z } from "zod";
import { type ConfigOf, type SettingsRule, setting } from "./config.ts";

const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const waitSeconds = (fallback: number) => z.coerce.number().positive().max(2_147_483).default(fallback);
const wholeNumber = (fallback: string) =>
  z
    .string()
    .regex(/^-?\d+$/, "is no whole number")
    .default(fallback)
    .transform(BigInt);

const SEED_BYTES = 32;

/** Where code runs, and how large its results may be: for every process that runs steps. */
export const codeSettings = {
  CODE_EXECUTION_ENDPOINT: setting({
    schema: z.url({ protocol: /^https?$/ }).optional(),
    meaning:
      "Address of the code sandbox; without one, an installation on one machine starts its own, and elsewhere steps that run code fail.",
    example: "http://sandbox:8194",
  }),
  CODE_EXECUTION_API_KEY: setting({
    schema: z.string().min(1).optional(),
    meaning: "The key that the sandbox asks for, its own API_KEY.",
    example: "the output of `openssl rand -base64 42`",
    secret: true,
  }),
  DIWAN_SIGNING_KEY: setting({
    schema: z
      .string()
      .optional()
      .transform((text, context) => {
        if (text === undefined) return undefined;
        const [, keyId = "", seed = ""] = /^([\w.-]+):([\w+/-]+=*)$/.exec(text) ?? [];
        const bytes = Buffer.from(seed, "base64");
        if (keyId !== "" && bytes.length === SEED_BYTES) return { keyId, seed: bytes as Uint8Array };
        context.addIssue(`is no key id, a colon and ${SEED_BYTES} bytes in base64`);
        return z.NEVER;
      }),
    meaning: "Signs requests to the sandbox where there is no CODE_EXECUTION_API_KEY: key id and Ed25519 seed.",
    example: "2026-11:base64 of 32 random bytes",
    secret: true,
  }),
  SANDBOX_AUDIENCE: setting({
    schema: z.string().min(1).default("sandbox"),
    meaning: "Name under which the sandbox takes signed requests; the same as there.",
    example: "sandbox",
  }),
  CODE_EXECUTION_SSL_VERIFY: setting({
    schema: z.stringbool().default(true),
    meaning: "Whether the sandbox's certificate is checked.",
    example: "true",
  }),
  CODE_EXECUTION_CONNECT_TIMEOUT: setting({
    schema: waitSeconds(10),
    meaning: "Longest wait, in seconds, for a connection to the sandbox.",
    example: "10",
  }),
  CODE_EXECUTION_READ_TIMEOUT: setting({
    schema: waitSeconds(60),
    meaning: "Longest wait, in seconds, for its answer: more than a program may wait and run.",
    example: "60",
  }),
  CODE_EXECUTION_WRITE_TIMEOUT: setting({
    schema: waitSeconds(10),
    meaning: "Longest wait, in seconds, until it takes each part of a program.",
    example: "10",
  }),
  CODE_EXECUTION_POOL_MAX_CONNECTIONS: setting({
    schema: count(100),
    meaning: "Connections to the sandbox that one process opens.",
    example: "100",
  }),
  CODE_EXECUTION_POOL_KEEPALIVE_EXPIRY: setting({
    schema: waitSeconds(5),
    meaning: "Seconds for which an idle connection to the sandbox is kept.",
    example: "5",
  }),
  CODE_MAX_STRING_LENGTH: setting({
    schema: count(400_000),
    meaning: "Characters of one text in a code step's result.",
    example: "400000",
  }),
  CODE_MAX_NUMBER: setting({
    schema: wholeNumber("9223372036854775807"),
    meaning: "Largest number in a code step's result.",
    example: "9223372036854775807",
  }),
  CODE_MIN_NUMBER: setting({
    schema: wholeNumber("-9223372036854775807"),
    meaning: "Smallest number in a code step's result.",
    example: "-9223372036854775807",
  }),
  CODE_MAX_PRECISION: setting({
    schema: z.coerce.number().int().min(0).default(20),
    meaning: "Decimal places of a number in a code step's result.",
    example: "20",
  }),
  CODE_MAX_DEPTH: setting({
    schema: count(5),
    meaning: "Mappings in each other in a code step's result; the result itself is the first.",
    example: "5",
  }),
  CODE_MAX_NUMBER_ARRAY_LENGTH: setting({
    schema: count(1000),
    meaning: "Numbers in one list of a code step's result.",
    example: "1000",
  }),
  CODE_MAX_STRING_ARRAY_LENGTH: setting({
    schema: count(30),
    meaning: "Texts in one list of a code step's result.",
    example: "30",
  }),
  CODE_MAX_OBJECT_ARRAY_LENGTH: setting({
    schema: count(30),
    meaning: "Mappings in one list of a code step's result.",
    example: "30",
  }),
  TEMPLATE_TRANSFORM_MAX_LENGTH: setting({
    schema: count(400_000),
    meaning: "Characters that a template step may write.",
    example: "400000",
  }),
};

export type CodeConfig = ConfigOf<typeof codeSettings>;

/** A sandbox answers nobody whom it does not know. */
export const codeRule: SettingsRule<typeof codeSettings> = (values, isSet) => {
  const problems: string[] = [];
  if (isSet("CODE_EXECUTION_ENDPOINT") && !isSet("CODE_EXECUTION_API_KEY") && !isSet("DIWAN_SIGNING_KEY")) {
    const { example } = codeSettings.CODE_EXECUTION_API_KEY;
    problems.push(
      `CODE_EXECUTION_API_KEY: CODE_EXECUTION_ENDPOINT needs it, or DIWAN_SIGNING_KEY, for example CODE_EXECUTION_API_KEY=${example}`,
    );
  }
  const { CODE_MIN_NUMBER: least, CODE_MAX_NUMBER: most } = values;
  if (least !== undefined && most !== undefined && least > most) {
    problems.push(
      `CODE_MIN_NUMBER: is more than CODE_MAX_NUMBER, for example CODE_MIN_NUMBER=-${most < 0n ? -most : most}`,
    );
  }
  return problems;
};

/** The limits as numbers of the engine. */
export function codeLimitsOf(config: CodeConfig) {
  return {
    maxStringLength: config.CODE_MAX_STRING_LENGTH,
    maxNumber: config.CODE_MAX_NUMBER,
    minNumber: config.CODE_MIN_NUMBER,
    maxPrecision: config.CODE_MAX_PRECISION,
    maxDepth: config.CODE_MAX_DEPTH,
    maxNumberArrayLength: config.CODE_MAX_NUMBER_ARRAY_LENGTH,
    maxStringArrayLength: config.CODE_MAX_STRING_ARRAY_LENGTH,
    maxObjectArrayLength: config.CODE_MAX_OBJECT_ARRAY_LENGTH,
    maxTemplateLength: config.TEMPLATE_TRANSFORM_MAX_LENGTH,
  };
}

/** How the sandbox is reached; undefined where none is set up. A key counts before a signature. */
export function sandboxOf(config: CodeConfig) {
  const { CODE_EXECUTION_ENDPOINT: endpoint, CODE_EXECUTION_API_KEY: key, DIWAN_SIGNING_KEY: signing } = config;
  if (endpoint === undefined || (key === undefined && signing === undefined)) return undefined;
  return {
    endpoint,
    credentials:
      key === undefined
        ? { type: "signature" as const, ...signing!, audience: config.SANDBOX_AUDIENCE }
        : { type: "key" as const, key },
    timeouts: {
      connectMs: config.CODE_EXECUTION_CONNECT_TIMEOUT * 1000,
      readMs: config.CODE_EXECUTION_READ_TIMEOUT * 1000,
      writeMs: config.CODE_EXECUTION_WRITE_TIMEOUT * 1000,
    },
    verifyTls: config.CODE_EXECUTION_SSL_VERIFY,
    connections: {
      connectMs: config.CODE_EXECUTION_CONNECT_TIMEOUT * 1000,
      maxPerServer: config.CODE_EXECUTION_POOL_MAX_CONNECTIONS,
      keepAliveMs: config.CODE_EXECUTION_POOL_KEEPALIVE_EXPIRY * 1000,
    },
  };
}
