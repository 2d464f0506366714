import type { RunError, RunQueueName } from "@diwan/contracts";
import type { RunId, WorkspaceId } from "@diwan/kernel";
import type { AbandonedRun, AbandonedRuns, AbandonedSince } from "@diwan/runs";
import type { Database } from "../database.ts";
import { toInstant } from "../wire-values.ts";
import { settleRuns } from "./settle-run.ts";

type Row = {
  id: RunId;
  workspaceId: WorkspaceId;
  queue: RunQueueName;
  status: AbandonedRun["state"];
  fruitlessTakeovers: number;
  queuedAt: number;
};

export class PostgresAbandonedRuns implements AbandonedRuns {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async takeWatch(forMs: number): Promise<boolean> {
    const { rows } = await this.#database.run({ name: "run_watch", text: watchStatement, values: [forMs / 1000] });
    return rows.length > 0;
  }

  async find({ now, queuedBefore, pausedBefore }: AbandonedSince, limit: number): Promise<AbandonedRun[]> {
    const { rows } = await this.#database.run<Row>({
      name: "run_abandoned",
      text: findStatement,
      values: [toInstant(now), toInstant(queuedBefore), limit, toInstant(pausedBefore)],
    });
    return rows.map((row) => ({
      scope: { workspaceId: row.workspaceId },
      runId: row.id,
      queue: row.queue,
      fruitlessTakeovers: row.fruitlessTakeovers,
      queuedAt: row.queuedAt,
      state: row.status,
    }));
  }

  /**
   * Takes every lease away. Only for whoever knows that nobody else works on this database, as after taking a data
   * directory's lock: the runs of a process that was killed then go on at once.
   */
  async endLeases(now: number): Promise<void> {
    await this.#database.run({
      text: "update run set lease_expires_at = $1 where status = 'running' and lease_expires_at > $1",
      values: [toInstant(now)],
    });
  }

  async fail({ scope, runId }: AbandonedRun, error: RunError, at: number): Promise<boolean> {
    const ending = { status: "failed", error, finishedAt: at } as const;
    const settled = await settleRuns(this.#database, "unheld", [
      { scope, runId, owner: null, ending, last: { position: 0, entries: [] } },
    ]);
    return settled.size > 0;
  }
}

/** Each part reads a partial index, so the millions of runs that have ended cost nothing. Running ones come first. */
const findStatement = `
  select id, workspace_id as "workspaceId", queue, status, queued_at as "queuedAt",
    case when exists (select from run_step where run_id = run.id and position >= journal_at_claim) then 0
      else fruitless_takeovers end as "fruitlessTakeovers"
  from (
    (select * from run where status = 'running' and lease_expires_at <= $1 limit $3)
    union all
    (select * from run where status = 'queued' and queued_at < $2 order by queued_at limit $3)
    union all
    (select * from run where status = 'paused' and queued_at < $4 order by queued_at limit $3)
  ) as run`;

/** By the database's clock, which all processes share. */
const watchStatement = `
  insert into installation (key, value)
  values ('abandoned_runs_watched_until', (extract(epoch from clock_timestamp()) + $1::float8)::text)
  on conflict (key) do update set value = excluded.value
    where installation.value::float8 <= extract(epoch from clock_timestamp())
  returning key`;
