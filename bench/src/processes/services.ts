import { randomBytes } from "node:crypto";
import pg from "pg";

export type BenchServices = { urls: { databaseUrl: string; redisUrl: string }; drop(): Promise<void> };

/** A database of its own on the servers that the tests use too; undefined where there are none. */
export async function freshDatabase(): Promise<BenchServices | undefined> {
  const { DIWAN_TEST_POSTGRES_URL: postgres, DIWAN_TEST_REDIS_URL: redis } = process.env;
  if (postgres === undefined || redis === undefined) return undefined;
  const name = `bench_${randomBytes(5).toString("hex")}`;
  const admin = new pg.Client({ connectionString: postgres });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const [databaseUrl, redisUrl] = [new URL(postgres), new URL(redis)];
  databaseUrl.pathname = `/${name}`;
  redisUrl.pathname = "/11";
  return {
    urls: { databaseUrl: databaseUrl.href, redisUrl: redisUrl.href },
    async drop() {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.end();
    },
  };
}
