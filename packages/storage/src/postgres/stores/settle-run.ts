import type { FinalRunStatus, RunError } from "@diwan/contracts";
import type { RunId, WorkspaceScope } from "@diwan/kernel";
import type { LastEntries, RunSettlement } from "@diwan/runs";
import type { Database } from "../database.ts";
import { toInstant, toJson } from "../wire-values.ts";

/** Which run, and who may end it: its worker, anybody while it waits for a worker or for people, or anybody
 * once its lease expired. */
export type SettleTarget = {
  scope: WorkspaceScope;
  runId: RunId;
  guard: { held: string } | "idle" | { unheldAt: number };
};

/** What a run ends with that no worker drove to its end; the rest stays as it is. */
export type BareEnding = { status: FinalRunStatus; error: RunError | null; finishedAt: number };

/**
 * Ends a run, appends its last journal entries, completes the message of a chat turn and counts the turn: one statement,
 * so one transaction and one round trip.
 *
 * @returns False when the guard does not hold; then nothing was written.
 */
export async function settleRun(
  database: Database,
  { scope, runId, guard }: SettleTarget,
  ending: RunSettlement | BareEnding,
  last: LastEntries = { position: 0, entries: [] },
): Promise<boolean> {
  const full = "outputs" in ending ? ending : undefined;
  const { rows } = await database.run<{ settled: number }>({
    name: `run_settle_${typeof guard === "string" ? "idle" : "held" in guard ? "held" : "unheld"}`,
    text: typeof guard === "string" ? settleIdle : "held" in guard ? settleHeld : settleUnheld,
    values: [
      runId,
      scope.workspaceId,
      typeof guard === "string" ? null : "held" in guard ? guard.held : toInstant(guard.unheldAt),
      ending.status,
      full === undefined ? null : toJson(full.outputs),
      full?.answer ?? null,
      ending.error === null ? null : toJson(ending.error),
      full === undefined ? null : toJson(full.usage),
      full?.totalSteps ?? null,
      full?.exceptionsCount ?? null,
      toInstant(ending.finishedAt),
      full?.elapsedMs ?? null,
      last.position,
      toJson(last.entries),
    ],
  });
  return rows[0]!.settled > 0;
}

const settleWhere = (guard: string) => `
  with settled as (
    update run set
      status = $4, outputs = coalesce($5, outputs), answer = coalesce($6, answer), error = $7,
      usage = coalesce($8, usage), total_steps = coalesce($9, total_steps),
      exceptions_count = coalesce($10, exceptions_count), finished_at = $11,
      elapsed_ms = coalesce($12, extract(epoch from ($11 - coalesce(started_at, $11))) * 1000),
      lease_owner = null, lease_expires_at = null
    where id = $1 and workspace_id = $2 and ${guard}
    returning id, message_id, conversation_id, answer
  ), appended as (
    insert into run_step (run_id, position, workspace_id, entry)
    select settled.id, $13::int + place - 1, $2, entry
    from settled, json_array_elements($14::json) with ordinality as entries (entry, place)
  ), message_done as (
    update message set status = $4, answer = settled.answer, finished_at = $11
    from settled where message.id = settled.message_id
  ), turn_counted as (
    update conversation set dialogue_count = dialogue_count + 1, updated_at = $11,
      turn_of = case when turn_of = settled.id then null else turn_of end
    from settled where conversation.id = settled.conversation_id
  ), forms_closed as (
    update human_input_form set status = 'expired'
    from settled where human_input_form.run_id = settled.id and human_input_form.status = 'open'
  )
  select count(*)::int as settled from settled`;

const settleHeld = settleWhere("status = 'running' and lease_owner = $3");
const settleIdle = settleWhere("status in ('queued', 'paused') and $3::text is null");
const settleUnheld = settleWhere("(status in ('queued', 'paused') or (status = 'running' and lease_expires_at <= $3))");
