import type { RunQueueName } from "@diwan/contracts";
import type { AppId, RunId, WorkspaceId, WorkspaceScope } from "@diwan/kernel";
import type { RunLoad } from "@diwan/runs";
import type { Database } from "../database.ts";
import { GroupedQuery } from "../group-commit.ts";
import { toInstant } from "../wire-values.ts";
import { MAX_AHEAD } from "./run-rows.ts";

/** Runs that have not ended, and since when. Times are Unix milliseconds. */
export type RunFigures = {
  waiting: number;
  active: number;
  /** When the run began to wait that waits longest; null where none does. */
  oldestQueuedAt: number | null;
  /** When the worker that has been silent longest showed that it lives; null while nothing runs. */
  oldestHeartbeatAt: number | null;
};

export type WaitingRun = { queue: RunQueueName; scope: WorkspaceScope; runId: RunId; ahead: number };

type Asked = { workspaceId: WorkspaceId; runId: RunId };

/** How much there is to do. Every statement reads an index of the runs that have not ended. */
export class PostgresRunLoad implements RunLoad {
  readonly #database: Database;
  readonly #aheads: GroupedQuery<Asked, number>;

  constructor(database: Database) {
    this.#database = database;
    this.#aheads = new GroupedQuery((asked) => this.#countAhead(asked));
  }

  async queued(limit: number): Promise<number> {
    const { rows } = await this.#database.run<{ count: number }>({
      name: "run_load_queued",
      text: "select count(*)::int as count from (select from run where status = 'queued' limit $1) as waiting",
      values: [limit],
    });
    return rows[0]!.count;
  }

  async atWork(now: number, limit: number): Promise<number> {
    const { rows } = await this.#database.run<{ count: number }>({
      name: "run_load_at_work",
      text: `select count(*)::int as count from (
          select from run where status = 'running' and lease_expires_at > $1 limit $2
        ) as held`,
      values: [toInstant(now), limit],
    });
    return rows[0]!.count;
  }

  /** Reads the index of the workspace's runs that have not ended, as far as the limit. */
  async active({ workspaceId }: WorkspaceScope, appId: AppId, limit: number): Promise<number> {
    const { rows } = await this.#database.run<{ count: number }>({
      name: "run_load_active",
      text: `select count(*)::int as count from (
          select from run where workspace_id = $1 and app_id = $2 and status in ('queued', 'running') limit $3
        ) as active`,
      values: [workspaceId, appId, limit],
    });
    return rows[0]!.count;
  }

  /** Runs of its workspace that were recorded before this one and wait or are at work, 1,000 at most. */
  async ahead({ workspaceId }: WorkspaceScope, runId: RunId): Promise<number> {
    return (await this.#aheads.answerTo({ workspaceId, runId })) ?? 0;
  }

  /** Every run that waits for a worker, with how many of its workspace's are before it. */
  async waiting(): Promise<WaitingRun[]> {
    const { rows } = await this.#database.run<{
      queue: RunQueueName;
      runId: RunId;
      workspaceId: WorkspaceId;
      ahead: number;
    }>({
      text: `select queue, id as "runId", workspace_id as "workspaceId", ahead::int
        from (
          select queue, id, workspace_id, status, least(row_number() over (partition by workspace_id order by id) - 1, $1) as ahead
          from run where status in ('queued', 'running')
        ) as active
        where status = 'queued'`,
      values: [MAX_AHEAD],
    });
    return rows.map(({ workspaceId, ...row }) => ({ ...row, scope: { workspaceId } }));
  }

  async #countAhead(asked: readonly Asked[]): Promise<Map<number, number>> {
    const { rows } = await this.#database.run<{ place: number; count: number }>({
      name: "run_load_ahead",
      text: `select place::int, (
          select count(*)::int from (
            select from run where workspace_id = given.workspace_id and id < given.id
              and status in ('queued', 'running') limit $3
          ) as earlier
        ) as count
        from unnest($1::uuid[], $2::uuid[]) with ordinality as given (workspace_id, id, place)`,
      values: [asked.map((one) => one.workspaceId), asked.map((one) => one.runId), MAX_AHEAD],
    });
    return new Map(rows.map(({ place, count }) => [place - 1, count]));
  }

  /** By queue; a queue without such runs is absent. */
  async figures(): Promise<Map<RunQueueName, RunFigures>> {
    const { rows } = await this.#database.run<RunFigures & { queue: RunQueueName }>({
      name: "run_load_figures",
      text: `select queue, count(*) filter (where status = 'queued')::int as waiting,
          count(*) filter (where status = 'running')::int as active,
          min(queued_at) filter (where status = 'queued') as "oldestQueuedAt",
          min(heartbeat_at) filter (where status = 'running') as "oldestHeartbeatAt"
        from run where status in ('queued', 'running') group by queue`,
      values: [],
    });
    return new Map(rows.map(({ queue, ...figures }) => [queue, figures]));
  }
}
