import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { type ConnectionConfig, connectionRule, connectionSettings, readConfig } from "@diwan/kernel/node";
import { testCertificate } from "@diwan/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { openPostgres } from "../postgres/index.ts";
import { openRedis } from "../redis/index.ts";
import { checkRedis } from "./check-redis.ts";
import { postgresAddress, postgresAddressOf } from "./postgres-address.ts";
import { redisAddress, redisAddressOf, redisOptions } from "./redis-address.ts";

const config = (environment: Record<string, string>): ConnectionConfig =>
  readConfig(connectionSettings, environment, [], connectionRule);

const postgres = { DATABASE_URL: "postgres://u:p@db:5433/diwan" };
const redis = { REDIS_URL: "redis://cache" };

function pemFile(text = "-- an authority --"): string {
  const file = join(mkdtempSync(join(tmpdir(), "diwan-ca-")), "ca.pem");
  writeFileSync(file, text);
  return file;
}

describe("where Redis is", () => {
  const optionsFor = (environment: Record<string, string>) =>
    redisOptions(redisAddress(config({ ...postgres, ...environment })));

  it("is said by an address, or name by name", () => {
    const expected = { host: "cache", port: 6380, username: "diwan", password: "p@ss", db: 2 };
    expect(optionsFor({ REDIS_URL: "redis://diwan:p%40ss@cache:6380/2" })).toMatchObject(expected);
    const names = { REDIS_HOST: "cache", REDIS_PORT: "6380", REDIS_USERNAME: "diwan", REDIS_PASSWORD: "p@ss" };
    expect(optionsFor({ ...names, REDIS_DB: "2" })).toMatchObject(expected);
    expect(optionsFor({ REDIS_URL: "redis://[::1]" })).toMatchObject({ host: "::1", port: 6379, db: 0 });
    expect(optionsFor(redis)).not.toHaveProperty("tls");
  });

  it("is reached by TLS where that is said, checked against the authority that is named", () => {
    expect(optionsFor({ REDIS_URL: "rediss://cache" }).tls).toEqual({ servername: "cache" });
    const names = { REDIS_HOST: "10.0.0.7", REDIS_USE_SSL: "true", REDIS_SSL_CA_CERTS: pemFile() };
    expect(optionsFor(names).tls).toEqual({ ca: "-- an authority --" });
    expect(() => optionsFor({ ...names, REDIS_SSL_CA_CERTS: "/nowhere" })).toThrow("REDIS_SSL_CA_CERTS: /nowhere");
  });

  it("is asked from Sentinels, each way with a password of its own", () => {
    const names = {
      REDIS_USE_SENTINEL: "true",
      REDIS_SENTINELS: "a:26379, [::1]:26380",
      REDIS_SENTINEL_SERVICE_NAME: "primary",
      REDIS_SENTINEL_PASSWORD: "s",
      REDIS_PASSWORD: "p",
      REDIS_HOST: "left-over",
    };
    const options = optionsFor(names);
    expect(options).toMatchObject({
      sentinels: [
        { host: "a", port: 26379 },
        { host: "::1", port: 26380 },
      ],
      name: "primary",
      sentinelPassword: "s",
      password: "p",
    });
    expect(options).not.toHaveProperty("host");
    expect(optionsFor({ ...names, REDIS_USE_SSL: "true" })).toMatchObject({ tls: {}, sentinelTLS: {} });
  });
});

describe("where Postgres is", () => {
  it("is said by an address, or name by name", () => {
    expect(postgresAddress(config({ ...postgres, ...redis }))).toEqual({
      connectionString: "postgres://u:p@db:5433/diwan",
      ssl: false,
    });
    const names = { DB_HOST: "db", DB_USERNAME: "u", DB_PASSWORD: "p", DB_DATABASE: "d", DB_SSL_MODE: "require" };
    const expected = { host: "db", port: 5432, user: "u", password: "p", database: "d" };
    expect(postgresAddress(config({ ...names, ...redis }))).toEqual({
      ...expected,
      ssl: { rejectUnauthorized: false },
    });
  });

  it("is checked as libpq's words for TLS say", () => {
    const sslOf = (query: string) => postgresAddressOf(`postgres://db/d?application_name=x&${query}`);
    const ca = pemFile();
    expect(sslOf("sslmode=verify-full").ssl).toEqual({ rejectUnauthorized: true });
    expect(sslOf("sslmode=require").ssl).toEqual({ rejectUnauthorized: false });
    expect(sslOf(`sslmode=require&sslrootcert=${ca}`).ssl).toMatchObject({ rejectUnauthorized: true });
    expect(sslOf(`sslmode=verify-ca&sslrootcert=${ca}`).ssl).toMatchObject({ checkServerIdentity: expect.anything() });
    expect(sslOf(`sslrootcert=${ca}`).ssl).toEqual({ rejectUnauthorized: true, ca: "-- an authority --" });
    expect(sslOf("sslmode=require").connectionString).toBe("postgres://db/d?application_name=x");
    expect(() => sslOf("sslmode=prefer")).toThrow("sslmode=prefer may go on without TLS");
  });
});

it("lists what connections lack, and what is said twice", () => {
  const problemsOf = (environment: Record<string, string>) => {
    try {
      config(environment);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(problemsOf({})).toMatch(/DATABASE_URL: Postgres is needed.*example[\s\S]*REDIS_URL: Redis is needed.*example/);
  expect(problemsOf({ ...postgres, ...redis, DB_HOST: "db" })).toContain("DB_HOST: set either");
  expect(problemsOf({ ...postgres, ...redis, REDIS_HOST: "r" })).toContain("REDIS_HOST: set either");
  expect(problemsOf({ ...postgres, REDIS_USE_SENTINEL: "yes" })).toMatch(/REDIS_SENTINELS: [\s\S]*SERVICE_NAME: /);
  expect(problemsOf({ ...postgres, ...redis, REDIS_SENTINELS: "a" })).toContain('"a" is no host and port');
  // A wrong one is there: it is not missing too.
  expect(problemsOf({ DATABASE_URL: "mysql://db", ...redis })).not.toContain("is needed");
});

describe("a server's version", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const listen = async (answer: (socket: Socket, data: Buffer) => void): Promise<number> => {
    const server = createServer((socket) => {
      socket.on("data", (data) => answer(socket, data));
      socket.on("error", () => {});
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    return (server.address() as { port: number }).port;
  };

  /** Answers INFO, and "OK" to everything else. */
  const fakeRedis = (info: Record<string, string>) => {
    const lines = Object.entries(info).map(([name, value]) => `${name}:${value}`);
    const text = ["# Server", ...lines, ""].join("\r\n");
    return listen((socket, data) => {
      for (const [, name] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        socket.write(name!.toLowerCase() === "info" ? `$${text.length}\r\n${text}\r\n` : "+OK\r\n");
      }
    });
  };
  const checked = async (info: Record<string, string>) => {
    const connection = openRedis(redisAddressOf(`redis://127.0.0.1:${await fakeRedis(info)}`));
    return checkRedis(connection).finally(() => connection.disconnect());
  };
  const good = { redis_version: "6.2.0", aof_enabled: "1", maxmemory_policy: "noeviction" };

  it("of Redis is 6.2 at least, and what may lose anything is said", async () => {
    expect(await checked(good)).toEqual([]);
    expect(await checked({ ...good, redis_version: "7.0.15" })).toEqual([]);
    expect(await checked({ ...good, redis_version: "10.0.0", aof_enabled: "0" })).toEqual([
      expect.stringContaining("appendonly yes"),
    ]);
    expect(await checked({ ...good, maxmemory_policy: "allkeys-lru" })).toEqual([
      expect.stringContaining("(allkeys-lru)"),
    ]);
    await expect(checked({ ...good, redis_version: "6.0.16" })).rejects.toMatchObject({
      code: "storage.redis-version-unsupported",
      message: expect.stringMatching(/version 6\.0\.16.*needs version 6\.2 or newer/),
    });
    await expect(checked({ ...good, redis_version: "5.0.14" })).rejects.toThrow("version 5.0.14");
  });

  it("of Redis is not found where nobody answers", async () => {
    const connection = openRedis("redis://127.0.0.1:1");
    await expect(checkRedis(connection)).rejects.toMatchObject({
      code: "storage.redis-unavailable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
    connection.disconnect();
  });

  /** Lets everybody in, by TLS where that is asked for, and answers one row, whatever is asked. */
  const fakePostgres = (number: string, text: string) => {
    const int16 = (value: number) => Buffer.from([value >> 8, value & 255]);
    const int32 = (value: number) => Buffer.concat([int16(value >>> 16), int16(value & 65_535)]);
    const message = (type: string, ...parts: (string | Buffer)[]) => {
      const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
      return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
    };
    const column = (name: string) => {
      const kind = [int32(0), int16(0), int32(25), int16(65_535), int32(-1), int16(0)];
      return Buffer.concat([Buffer.from(`${name}\0`), ...kind]);
    };
    const ready = message("Z", "I");
    const answer = (socket: Socket, data: Buffer) => {
      if (data.length === 8) {
        socket.removeAllListeners("data").write("S");
        const secured = new TLSSocket(socket, { isServer: true, ...testCertificate });
        secured.on("data", (each: Buffer) => answer(secured, each)).on("error", () => {});
      } else if (data[0] === 0) {
        socket.write(Buffer.concat([message("R", int32(0)), ready]));
      } else if (data[0] === "Q".charCodeAt(0)) {
        const row = [number, text].map((value) => Buffer.concat([int32(value.length), Buffer.from(value)]));
        const description = message("T", int16(2), column("number"), column("text"));
        socket.write(Buffer.concat([description, message("D", int16(2), ...row), message("C", "SELECT 1\0"), ready]));
      }
    };
    return listen(answer);
  };

  it("of Postgres is asked over TLS, from a server that is who it says", async () => {
    const port = await fakePostgres("150000", "15.0");
    const ca = pemFile(testCertificate.cert);
    const open = async (host: string, query: string) =>
      (await openPostgres(`postgres://u@${host}:${port}/d?${query}`)).end();
    await open("127.0.0.1", "sslmode=require");
    await open("localhost", `sslmode=verify-full&sslrootcert=${ca}`);
    await open("127.0.0.2", `sslmode=verify-ca&sslrootcert=${ca}`);
    await expect(open("127.0.0.1", "sslmode=verify-full")).rejects.toMatchObject({
      code: "storage.postgres-unavailable",
      message: expect.stringContaining("self-signed certificate"),
    });
    const elsewhere = open("127.0.0.2", `sslmode=verify-full&sslrootcert=${ca}`);
    await expect(elsewhere).rejects.toThrow("does not match certificate's altnames");
  });

  it("of Postgres is 14 at least", async () => {
    const old = await fakePostgres("130014", "13.14");
    await expect(openPostgres(`postgres://u@127.0.0.1:${old}/d`)).rejects.toMatchObject({
      code: "storage.version-unsupported",
      message: expect.stringMatching(/version 13\.14\. Diwan needs version 14 or newer/),
    });
    const newest = await fakePostgres("140000", "14.0");
    const pool = await openPostgres(`postgres://u@127.0.0.1:${newest}/d`);
    await pool.end();
  });
});
