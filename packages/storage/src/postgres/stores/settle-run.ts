import type { FinalRunStatus, RunError } from "@diwan/contracts";
import type { RunId, WorkspaceScope } from "@diwan/kernel";
import type { LastEntries, RunSettlement } from "@diwan/runs";
import type { Database } from "../database.ts";
import { toInstant, toJson, withoutNul } from "../wire-values.ts";

/** What a run ends with that no worker drove to its end; the rest stays as it is. */
export type BareEnding = { status: FinalRunStatus; error: RunError | null; finishedAt: number };

export type Settling = {
  scope: WorkspaceScope;
  runId: RunId;
  /** Of the lease under which it is held; null where nobody holds it. */
  owner: string | null;
  ending: RunSettlement | BareEnding;
  last: LastEntries;
};

/** Who may end a run: its worker, anybody while it waits for a worker or for people, or anybody too once its lease
 * expired. */
const guards = {
  held: "run.status = 'running' and run.lease_owner = given.owner",
  idle: "run.status in ('queued', 'paused')",
  unheld:
    "(run.status in ('queued', 'paused') or (run.status = 'running' and run.lease_expires_at <= given.finished_at))",
};

/**
 * Ends runs, appends their last journal entries, completes the messages of chat turns and counts the turns: one statement,
 * so one transaction and one round trip, for any number of runs.
 *
 * @returns The places, from 0, of those for which the guard held; of the others nothing was written.
 */
export async function settleRuns(
  database: Database,
  guard: keyof typeof guards,
  settlings: readonly Settling[],
): Promise<ReadonlySet<number>> {
  const column = <Value>(pick: (one: Settling, full: RunSettlement | undefined) => Value) =>
    settlings.map((one) => pick(one, "outputs" in one.ending ? one.ending : undefined));
  const { rows } = await database.run<{ place: number }>({
    name: `run_settle_${guard}`,
    text: statements[guard],
    values: [
      column(({ runId }) => runId),
      column(({ scope }) => scope.workspaceId),
      column(({ owner }) => owner),
      column(({ ending }) => ending.status),
      column((_, full) => (full === undefined ? null : toJson(full.outputs))),
      column((_, full) => withoutNul(full?.answer ?? null)),
      column(({ ending }) => (ending.error === null ? null : toJson(ending.error))),
      column((_, full) => (full === undefined ? null : toJson(full.usage))),
      column((_, full) => full?.totalSteps ?? null),
      column((_, full) => full?.exceptionsCount ?? null),
      column(({ ending }) => toInstant(ending.finishedAt)),
      column((_, full) => full?.elapsedMs ?? null),
      column(({ last }) => last.position),
      column(({ last }) => toJson(last.entries)),
    ],
  });
  return new Set(rows.map(({ place }) => place - 1));
}

// Rows are locked in one order, runs before conversations, so that two groups never wait for each other.
const settleWhere = (guard: string) => `
  with given as (
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::json[], $6::text[], $7::json[], $8::json[],
      $9::int[], $10::int[], $11::timestamptz[], $12::float8[], $13::int[], $14::json[]) with ordinality
      as given (run_id, workspace_id, owner, status, outputs, answer, error, usage, total_steps, exceptions_count, finished_at,
        elapsed_ms, position, entries, place)
  ), free as materialized (
    select given.*, run.conversation_id from given join run on run.id = given.run_id
    where run.workspace_id = given.workspace_id and ${guard}
    order by run.id for update of run
  ), settled as (
    update run set
      status = free.status, outputs = coalesce(free.outputs, run.outputs), answer = coalesce(free.answer, run.answer),
      error = free.error, usage = coalesce(free.usage, run.usage),
      total_steps = coalesce(free.total_steps, run.total_steps),
      exceptions_count = coalesce(free.exceptions_count, run.exceptions_count), finished_at = free.finished_at,
      elapsed_ms = coalesce(free.elapsed_ms,
        extract(epoch from (free.finished_at - coalesce(run.started_at, free.finished_at))) * 1000),
      lease_owner = null, lease_expires_at = null
    from free where run.id = free.run_id
    returning run.id, run.message_id, run.answer, run.status, run.finished_at
  ), appended as (
    insert into run_step (run_id, position, workspace_id, entry)
    select free.run_id, free.position + entries.number - 1, free.workspace_id, entries.entry
    from free, json_array_elements(free.entries) with ordinality as entries (entry, number)
  ), message_done as (
    update message set status = settled.status, answer = settled.answer, finished_at = settled.finished_at
    from settled where message.id = settled.message_id
  ), conversations as materialized (
    select conversation.id, free.run_id, free.finished_at
    from free join conversation on conversation.id = free.conversation_id
    order by conversation.id for update of conversation
  ), turn_counted as (
    update conversation set dialogue_count = dialogue_count + 1, updated_at = conversations.finished_at,
      turn_of = case when turn_of = conversations.run_id then null else turn_of end
    from conversations where conversation.id = conversations.id
  ), forms_closed as (
    update human_input_form set status = 'expired'
    from settled where human_input_form.run_id = settled.id and human_input_form.status = 'open'
  )
  select place::int from free`;

const statements = {
  held: settleWhere(guards.held),
  idle: settleWhere(guards.idle),
  unheld: settleWhere(guards.unheld),
};
