import { hasEnded, type Run } from "@diwan/runs";
import { getTableColumns } from "../drizzle.ts";
import { run } from "../schema/runs.ts";
import { toInstant, toJson } from "../wire-values.ts";

const { queuedAt, leaseOwner, leaseExpiresAt, heartbeatAt, attempt, fruitlessTakeovers, journalAtClaim, ...columns } =
  getTableColumns(run);

/** The columns that make a `Run`; the rest is how workers share them. */
export const runColumns = columns;

/** The same for statements of our own, each under its name in `Run`. */
export const runColumnsText = Object.entries(columns)
  .map(([name, column]) => `run.${column.name} as "${name}"`)
  .join(", ");

const insertColumns = [...Object.values(columns), queuedAt, attempt, fruitlessTakeovers, journalAtClaim];

/**
 * Inserts the run, counts it for its app's card and, for a chat turn, opens its message: one statement, so one
 * transaction and one round trip.
 */
export function insertRun(created: Run): { name: string; text: string; values: unknown[] } {
  const values: unknown[] = Object.entries(columns).map(([name, column]) =>
    toColumn(column.dataType, column.getSQLType(), created[name as keyof Run]),
  );
  values.push(toInstant(created.createdAt), hasEnded(created) || created.status === "queued" ? 0 : 1, 0, 0);
  return created.messageId === null
    ? { name: "run_insert", text: plainInsert, values }
    : { name: "run_insert_turn", text: turnInsert, values };
}

function toColumn(_kind: string, sqlType: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (sqlType === "json") return toJson(value);
  return sqlType.startsWith("timestamp") ? toInstant(value as number) : value;
}

const insert = `insert into run (${insertColumns.map(({ name }) => name).join(", ")})
  values (${insertColumns.map((_, index) => `$${index + 1}`).join(", ")})
  returning id, workspace_id, app_id, conversation_id, message_id, query, inputs, created_at, status`;

const countDay = `insert into app_day (app_id, day, workspace_id, runs)
  select app_id, (created_at at time zone 'UTC')::date, workspace_id, 1 from created
  on conflict (app_id, day) do update set runs = app_day.runs + 1`;

const openMessage = `insert into message
    (id, workspace_id, app_id, conversation_id, run_id, query, inputs, answer, status, created_at)
  select message_id, workspace_id, app_id, conversation_id, id, coalesce(query, ''), inputs, '', status, created_at
  from created`;

const plainInsert = `with created as (${insert}) ${countDay}`;
const turnInsert = `with created as (${insert}), opened as (${openMessage}) ${countDay}`;
