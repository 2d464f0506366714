import type { ConnectionOptions } from "node:tls";
import { ConfigErrors, type ConnectionConfig } from "@diwan/kernel/node";
import type { PoolConfig } from "pg";
import { readAuthorities } from "./read-authorities.ts";

/** Where Postgres is and how to get in, as `pg` takes it. */
export type PostgresAddress = Pick<
  PoolConfig,
  "connectionString" | "host" | "port" | "user" | "password" | "database" | "ssl"
>;

type SslMode = NonNullable<ConnectionConfig["DB_SSL_MODE"]>;

const modes: readonly string[] = ["disable", "require", "verify-ca", "verify-full"];

/** @throws config.invalid (caller) for a file that cannot be read, or an `sslmode` that may give the password away. */
export function postgresAddress(config: ConnectionConfig): PostgresAddress {
  const ca = config.DB_SSL_ROOT_CERT;
  if (config.DATABASE_URL !== undefined) return postgresAddressOf(config.DATABASE_URL, config.DB_SSL_MODE, ca);
  return {
    host: config.DB_HOST!,
    port: config.DB_PORT,
    user: config.DB_USERNAME,
    ...(config.DB_PASSWORD === undefined ? {} : { password: config.DB_PASSWORD }),
    database: config.DB_DATABASE,
    ssl: sslOf(config.DB_SSL_MODE, { ca }),
  };
}

/**
 * `pg` reads an address's TLS options in its own way, and with warnings; here they mean what they mean to libpq.
 *
 * @param url  `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…&sslcert=…&sslkey=…`
 */
export function postgresAddressOf(url: string, mode?: SslMode, caFile?: string): PostgresAddress {
  const parsed = new URL(url);
  const take = (name: string) => {
    const value = parsed.searchParams.get(name) ?? undefined;
    parsed.searchParams.delete(name);
    return value;
  };
  const wanted = take("sslmode") ?? mode;
  take("uselibpqcompat");
  const files = { ca: take("sslrootcert") ?? caFile, cert: take("sslcert"), key: take("sslkey") };
  if (wanted !== undefined && !modes.includes(wanted)) {
    const problem = `DATABASE_URL: sslmode=${wanted} may go on without TLS; choose one of ${modes.join(", ")}`;
    throw ConfigErrors.invalid({ problems: [problem] });
  }
  return { connectionString: parsed.href, ssl: sslOf(wanted as SslMode | undefined, files) };
}

/** Whoever names authorities wants the server checked. */
function sslOf(
  wanted: SslMode | undefined,
  files: { ca?: string | undefined; cert?: string | undefined; key?: string | undefined },
): ConnectionOptions | false {
  const mode = wanted ?? (files.ca === undefined ? "disable" : "verify-full");
  if (mode === "disable") return false;
  const read = (file: string | undefined) => readAuthorities("DB_SSL_ROOT_CERT", file) || undefined;
  const [ca, cert, key] = [read(files.ca), read(files.cert), read(files.key)];
  const isChecked = mode !== "require" || ca !== undefined;
  return {
    rejectUnauthorized: isChecked,
    ...(isChecked && mode !== "verify-full" ? { checkServerIdentity: () => undefined } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
