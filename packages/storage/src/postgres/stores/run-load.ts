import type { RunQueueName } from "@diwan/contracts";
import type { RunId, WorkspaceId, WorkspaceScope } from "@diwan/kernel";
import type { RunLoad } from "@diwan/runs";
import type { Database } from "../database.ts";
import { GroupCommit } from "../group-commit.ts";

/** Beyond this many, runs of one workspace have equal rank: counting on would only cost. */
const MAX_AHEAD = 1_000;

/** Since when runs wait, and how they are looked after. Times are Unix milliseconds. */
export type RunFigures = {
  /** Since when the run waits that waits longest, by queue; queues without one are absent. */
  oldestQueuedAt: Partial<Record<RunQueueName, number>>;
  /** When the worker that has been silent longest showed that it lives; undefined while nothing runs. */
  oldestHeartbeatAt: number | undefined;
};

type Ahead = { workspaceId: WorkspaceId; runId: RunId; count: number };

/** How much there is to do. Every statement reads an index of the runs that have not ended. */
export class PostgresRunLoad implements RunLoad {
  readonly #database: Database;
  readonly #aheads: GroupCommit<Ahead>;

  constructor(database: Database) {
    this.#database = database;
    this.#aheads = new GroupCommit((asked) => this.#countAhead(asked));
  }

  async queued(limit: number): Promise<number> {
    const { rows } = await this.#database.run<{ count: number }>({
      name: "run_load_queued",
      text: "select count(*)::int as count from (select from run where status = 'queued' limit $1) as waiting",
      values: [limit],
    });
    return rows[0]!.count;
  }

  /** Runs of its workspace that were recorded before this one and wait or are at work, 1,000 at most. */
  async ahead({ workspaceId }: WorkspaceScope, runId: RunId): Promise<number> {
    const asked: Ahead = { workspaceId, runId, count: 0 };
    await this.#aheads.add(asked);
    return asked.count;
  }

  /** For any number of runs at once: what is asked while a question is on its way is asked together. */
  async #countAhead(asked: readonly Ahead[]): Promise<Map<Ahead, Error>> {
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
    for (const { place, count } of rows) asked[place - 1]!.count = count;
    return new Map();
  }

  async figures(): Promise<RunFigures> {
    const { rows } = await this.#database.run<{ queue: RunQueueName | null; since: number | null }>({
      name: "run_load_figures",
      text: `(select queue, min(queued_at) as since from run where status = 'queued' group by queue)
        union all (select null, min(heartbeat_at) from run where status = 'running')`,
      values: [],
    });
    const heartbeat = rows.find(({ queue }) => queue === null)?.since;
    return {
      oldestQueuedAt: Object.fromEntries(rows.flatMap(({ queue, since }) => (queue === null ? [] : [[queue, since]]))),
      oldestHeartbeatAt: heartbeat ?? undefined,
    };
  }
}
