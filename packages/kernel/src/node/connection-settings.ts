import { z } from "zod";
import { type ConfigOf, type SettingsRule, setting } from "./config.ts";

const text = z.string().min(1).optional();
const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);

export type Endpoint = { host: string; port: number };

const endpoint = /^(?:\[([0-9a-f:]+)\]|([^:\s]+)):(\d{1,5})$/i;

/** Settings of every process that reaches the database and Redis over the network. */
export const connectionSettings = {
  DATABASE_URL: setting({
    schema: z
      .string()
      .regex(/^postgres(ql)?:\/\//, "must begin with postgres://")
      .refine((url) => URL.canParse(url), "is no address")
      .optional(),
    meaning: "Postgres 14 or newer.",
    example: "postgres://user:password@host:5432/diwan?sslmode=verify-full",
    secret: true,
  }),
  DB_HOST: setting({
    schema: text,
    meaning: "Host of Postgres, in place of DATABASE_URL.",
    example: "postgres.example",
  }),
  DB_PORT: setting({ schema: port(5432), meaning: "Its port.", example: "5432" }),
  DB_USERNAME: setting({ schema: z.string().min(1).default("postgres"), meaning: "Its user.", example: "diwan" }),
  DB_PASSWORD: setting({ schema: text, meaning: "The user's password.", example: "…", secret: true }),
  DB_DATABASE: setting({ schema: z.string().min(1).default("diwan"), meaning: "Its database.", example: "diwan" }),
  DIWAN_POSTGRES_MAX_CONNECTIONS: setting({
    schema: z.coerce.number().int().min(2).max(1000).default(10),
    meaning: "Connections to Postgres that one process opens.",
    example: "10",
  }),
  DB_SSL_MODE: setting({
    schema: z.enum(["disable", "require", "verify-ca", "verify-full"]).optional(),
    meaning: "TLS to Postgres as libpq names it; where DATABASE_URL says `sslmode`, that counts.",
    example: "verify-full",
  }),
  DB_SSL_ROOT_CERT: setting({
    schema: text,
    meaning: "File with the certificate authorities that Postgres is checked against; the system's otherwise.",
    example: "/etc/diwan/postgres-ca.pem",
  }),
  REDIS_URL: setting({
    schema: z
      .string()
      .regex(/^rediss?:\/\//, "must begin with redis:// or rediss://")
      .refine((url) => URL.canParse(url), "is no address")
      .optional(),
    meaning: "Redis 6.2 or newer, with an append-only file and no eviction; rediss:// for TLS.",
    example: "redis://:password@host:6379/0",
    secret: true,
  }),
  REDIS_HOST: setting({ schema: text, meaning: "Host of Redis, in place of REDIS_URL.", example: "redis.example" }),
  REDIS_PORT: setting({ schema: port(6379), meaning: "Its port.", example: "6379" }),
  REDIS_USERNAME: setting({ schema: text, meaning: "Its user, where it has users.", example: "diwan" }),
  REDIS_PASSWORD: setting({ schema: text, meaning: "Its password.", example: "…", secret: true }),
  REDIS_DB: setting({
    schema: z.coerce.number().int().min(0).default(0),
    meaning: "Number of its database.",
    example: "0",
  }),
  REDIS_USE_SSL: setting({
    schema: z.stringbool().default(false),
    meaning: "TLS to Redis, and to its Sentinels.",
    example: "true",
  }),
  REDIS_SSL_CA_CERTS: setting({
    schema: text,
    meaning: "File with the certificate authorities that Redis is checked against; the system's otherwise.",
    example: "/etc/diwan/redis-ca.pem",
  }),
  REDIS_USE_SENTINEL: setting({
    schema: z.stringbool().default(false),
    meaning: "Asks Sentinels which server is the primary.",
    example: "true",
  }),
  REDIS_SENTINELS: setting({
    schema: z
      .string()
      .default("")
      .transform((list, context): Endpoint[] =>
        list.split(",").flatMap((part) => {
          if (part.trim() === "") return [];
          const found = endpoint.exec(part.trim());
          if (found === null) context.addIssue(`"${part.trim()}" is no host and port`);
          return found === null ? [] : [{ host: (found[1] ?? found[2])!, port: Number(found[3]) }];
        }),
      ),
    meaning: "The Sentinels, separated by commas.",
    example: "sentinel-0:26379,sentinel-1:26379,sentinel-2:26379",
  }),
  REDIS_SENTINEL_SERVICE_NAME: setting({
    schema: text,
    meaning: "Name under which the Sentinels know the primary.",
    example: "mymaster",
  }),
  REDIS_SENTINEL_USERNAME: setting({ schema: text, meaning: "User of the Sentinels.", example: "sentinel" }),
  REDIS_SENTINEL_PASSWORD: setting({
    schema: text,
    meaning: "Password of the Sentinels.",
    example: "…",
    secret: true,
  }),
};

export type ConnectionConfig = ConfigOf<typeof connectionSettings>;

/** Each server is named once, in one of its ways. */
export const connectionRule: SettingsRule<typeof connectionSettings> = (values, isSet) => {
  const problems: string[] = [];
  if (isSet("DATABASE_URL") && isSet("DB_HOST")) problems.push("DB_HOST: set either DATABASE_URL or DB_HOST, not both");
  if (!isSet("DATABASE_URL") && !isSet("DB_HOST")) {
    const { example } = connectionSettings.DATABASE_URL;
    problems.push(`DATABASE_URL: Postgres is needed; set this or DB_HOST, for example DATABASE_URL=${example}`);
  }
  const ways = (["REDIS_URL", "REDIS_HOST"] as const).filter(isSet);
  if (values.REDIS_USE_SENTINEL === true) {
    // Charts that write all names leave a host beside the Sentinels; it says nothing then.
    if (isSet("REDIS_URL")) problems.push("REDIS_URL: set either REDIS_URL or REDIS_USE_SENTINEL, not both");
    for (const name of ["REDIS_SENTINELS", "REDIS_SENTINEL_SERVICE_NAME"] as const) {
      if (isSet(name)) continue;
      problems.push(`${name}: REDIS_USE_SENTINEL needs it, for example ${name}=${connectionSettings[name].example}`);
    }
  } else if (ways.length === 2) {
    problems.push("REDIS_HOST: set either REDIS_URL or REDIS_HOST, not both");
  } else if (ways.length === 0) {
    const { example } = connectionSettings.REDIS_URL;
    problems.push(
      `REDIS_URL: Redis is needed; set this, REDIS_HOST or REDIS_USE_SENTINEL, for example REDIS_URL=${example}`,
    );
  }
  return problems;
};
