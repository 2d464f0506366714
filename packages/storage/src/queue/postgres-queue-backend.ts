import { createPostgresBackend, runMigrations, withBackend } from "bullmq";
import type pg from "pg";
import type { QueueBackend, RunJobQueue, RunJobWorker } from "./queue-backend.ts";

const SCHEMA = "bullmq";

/** Each queue and worker has a pool of its own; embedded they share one session, so more would only wait. */
const MAX_CONNECTIONS = 2;

export type PostgresAddress = { connectionString?: string; host?: string; user?: string; database?: string };

/**
 * Jobs in Postgres, for the embedded database: no Redis to install.
 *
 * @param pool  To set up BullMQ's schema with.
 * @param connection  How BullMQ connects.
 */
export async function postgresQueueBackend(pool: pg.Pool, connection: PostgresAddress): Promise<QueueBackend> {
  const client = await pool.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    client.release();
  }
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const settings = { connection: { ...connection, schema: SCHEMA, max: MAX_CONNECTIONS } };
  return {
    // The two backends differ in a type parameter that only BullMQ looks at.
    openQueue: (name) => new Queue(name, settings) as unknown as RunJobQueue,
    openWorker: (name, process, options) =>
      new Worker(name, process, { ...options, ...settings }) as unknown as RunJobWorker,
  };
}

/**
 * Removes the jobs that a process had in hand when it was killed; their locks would stand in the way for a while. Only for
 * whoever knows that nobody else works on this database. The reaper offers the runs again.
 */
export async function dropJobsInHand(pool: pg.Pool): Promise<void> {
  await pool.query(`delete from ${SCHEMA}.job where state = 'active'`);
}
