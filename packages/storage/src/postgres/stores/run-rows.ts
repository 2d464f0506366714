import type { RunId } from "@diwan/kernel";
import { hasEnded, type Lease, type Run } from "@diwan/runs";
import type { Database } from "../database.ts";
import { getTableColumns } from "../drizzle.ts";
import { run } from "../schema/runs.ts";
import { toInstant, toJson, withoutNul } from "../wire-values.ts";

const {
  activeMs,
  queuedAt,
  leaseOwner,
  leaseExpiresAt,
  heartbeatAt,
  attempt,
  fruitlessTakeovers,
  journalAtClaim,
  ...columns
} = getTableColumns(run);

const { inputs, query, files, outputs, answer, ...listed } = columns;

/** The columns that make a `ListedRun`. */
export const listedRunColumns = listed;

/** The columns that make a `Run`, each under its name there; the rest is how workers share them. */
export const runColumnsText = Object.entries(columns)
  .map(([name, column]) => `run.${column.name} as "${name}"`)
  .join(", ");

const insertColumns = {
  ...columns,
  activeMs,
  queuedAt,
  leaseOwner,
  leaseExpiresAt,
  heartbeatAt,
  attempt,
  fruitlessTakeovers,
  journalAtClaim,
};

/** Beyond this many, runs of one workspace have equal rank: counting on would only cost. */
export const MAX_AHEAD = 1_000;

/** A run to insert; with a lease its owner has it already. */
export type NewRunRow = { run: Run; lease: Lease | undefined };

/**
 * Inserts runs, counts them for their apps' cards and opens the messages of chat turns: one statement, so one transaction
 * and one round trip, for any number of runs.
 *
 * @returns For each row how many runs of its workspace come before it; 0 for those that are no longer queued.
 */
export async function insertRuns(database: Database, rows: readonly NewRunRow[]): Promise<number[]> {
  const records = rows.map(recordOf);
  const values = Object.entries(insertColumns).map(([name, column]) =>
    records.map((record) => toColumn(column.getSQLType(), record[name])),
  );
  const inserted = await database.run<{ id: RunId; ahead: number }>({
    name: "run_insert",
    text: insertStatement,
    values,
  });
  const ahead = new Map(inserted.rows.map((row) => [row.id, row.ahead]));
  return rows.map((row) => {
    const before = ahead.get(row.run.id);
    return before === undefined ? 0 : Math.min(MAX_AHEAD, before + aheadInGroup(rows, row));
  });
}

function recordOf({ run: created, lease }: NewRunRow): Record<string, unknown> {
  const shared = {
    activeMs: 0,
    queuedAt: created.createdAt,
    leaseOwner: null,
    leaseExpiresAt: null,
    heartbeatAt: null,
    attempt: hasEnded(created) || created.status === "queued" ? 0 : 1,
    fruitlessTakeovers: 0,
    journalAtClaim: 0,
  };
  if (lease === undefined) return { ...created, ...shared };
  const { owner, now, expiresAt } = lease;
  const held = { leaseOwner: owner, leaseExpiresAt: expiresAt, heartbeatAt: now, attempt: 1 };
  return { ...created, status: "running", startedAt: now, ...shared, ...held };
}

function toColumn(sqlType: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (sqlType === "json") return toJson(value);
  return sqlType.startsWith("timestamp") ? toInstant(value as number) : withoutNul(value);
}

const arrays = Object.values(insertColumns).map((column, index) => `$${index + 1}::${column.getSQLType()}[]`);

// Days are counted in one order, so that two groups never wait for each other. A run that is there already was inserted
// by a group whose answer was lost.
const insertStatement = `
  with created as (
    insert into run (${Object.values(insertColumns)
      .map(({ name }) => name)
      .join(", ")})
    select * from unnest(${arrays.join(", ")})
    on conflict (id) do nothing
    returning id, workspace_id, app_id, conversation_id, message_id, query, inputs, created_at, status
  ), opened as (
    insert into message
      (id, workspace_id, app_id, conversation_id, run_id, query, inputs, answer, status, created_at)
    select message_id, workspace_id, app_id, conversation_id, id, coalesce(query, ''), inputs, '', status, created_at
    from created where message_id is not null
  ), days as (
    select app_id, (created_at at time zone 'UTC')::date as day, workspace_id, count(*)::int as runs
    from created group by 1, 2, 3 order by 1, 2
  ), counted as (
    insert into app_day (app_id, day, workspace_id, runs) select app_id, day, workspace_id, runs from days
    on conflict (app_id, day) do update set runs = app_day.runs + excluded.runs
  )
  select id, (
    select count(*)::int from (
      select from run where workspace_id = created.workspace_id and id < created.id and status in ('queued', 'running')
      limit ${MAX_AHEAD}
    ) as earlier
  ) as ahead
  from created where status = 'queued'`;

/** The same among the runs of one group, which do not see each other. */
function aheadInGroup(rows: readonly NewRunRow[], { run: { id, workspaceId } }: NewRunRow): number {
  const isAhead = ({ run: other, lease }: NewRunRow) =>
    other.workspaceId === workspaceId && other.id < id && (lease !== undefined || !hasEnded(other));
  return rows.filter(isAhead).length;
}
