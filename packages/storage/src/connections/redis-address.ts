import type { ConnectionConfig, Endpoint } from "@diwan/kernel/node";
import type { RedisOptions } from "ioredis";
import { readAuthorities } from "./read-authorities.ts";

/** Where Redis is and how to get in, however that was said. */
export type RedisAddress = {
  server: Endpoint | { sentinels: readonly Endpoint[]; service: string; username?: string; password?: string };
  username?: string;
  password?: string;
  database: number;
  /** Certificate authorities in PEM, "" for the system's; undefined without TLS. */
  authorities: string | undefined;
};

/** @param url  `redis://user:password@host:port/number`, or `rediss://…` for TLS. */
export function redisAddressOf(url: string, caFile?: string): RedisAddress {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    server: { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? 6379 : Number(port) },
    ...credentials(decodeURIComponent(username), decodeURIComponent(password)),
    database: Number(pathname.slice(1)) || 0,
    authorities: protocol === "rediss:" ? readAuthorities("REDIS_SSL_CA_CERTS", caFile) : undefined,
  };
}

/** @throws config.invalid (caller) for a file of certificates that cannot be read. */
export function redisAddress(config: ConnectionConfig): RedisAddress {
  if (config.REDIS_URL !== undefined) return redisAddressOf(config.REDIS_URL, config.REDIS_SSL_CA_CERTS);
  return {
    server: config.REDIS_USE_SENTINEL
      ? {
          sentinels: config.REDIS_SENTINELS,
          service: config.REDIS_SENTINEL_SERVICE_NAME!,
          ...credentials(config.REDIS_SENTINEL_USERNAME, config.REDIS_SENTINEL_PASSWORD),
        }
      : { host: config.REDIS_HOST!, port: config.REDIS_PORT },
    ...credentials(config.REDIS_USERNAME, config.REDIS_PASSWORD),
    database: config.REDIS_DB,
    authorities: config.REDIS_USE_SSL ? readAuthorities("REDIS_SSL_CA_CERTS", config.REDIS_SSL_CA_CERTS) : undefined,
  };
}

/** What every connection to Redis begins with: events, signals and waiting runs alike. */
export function redisOptions({ server, username, password, database, authorities }: RedisAddress): RedisOptions {
  const tls = authorities === undefined ? undefined : authorities === "" ? {} : { ca: authorities };
  return {
    ...credentials(username, password),
    db: database,
    connectTimeout: 5_000,
    keepAlive: 10_000,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
    // A primary that has become a replica keeps its connections: they look for the new one.
    reconnectOnError: (error) => (error.message.includes("READONLY") ? 2 : false),
    ...("sentinels" in server
      ? {
          sentinels: [...server.sentinels],
          name: server.service,
          ...(server.username === undefined ? {} : { sentinelUsername: server.username }),
          ...(server.password === undefined ? {} : { sentinelPassword: server.password }),
          sentinelRetryStrategy: (times: number) => Math.min(50 * times, 1_000),
          ...(tls === undefined ? {} : { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
        }
      : {
          host: server.host,
          port: server.port,
          ...(tls === undefined ? {} : { tls: { ...tls, ...named(server.host) } }),
        }),
  };
}

/** The name to check a certificate against; addresses have none to send. */
function named(host: string): { servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

function credentials(username: string | undefined, password: string | undefined) {
  return {
    ...(username === undefined || username === "" ? {} : { username }),
    ...(password === undefined || password === "" ? {} : { password }),
  };
}
