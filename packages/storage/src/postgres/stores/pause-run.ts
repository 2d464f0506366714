import type { RunId, WorkspaceScope } from "@diwan/kernel";
import type { LastEntries, RunPausing } from "@diwan/runs";
import type { Database } from "../database.ts";
import { toInstant, toJson } from "../wire-values.ts";

/**
 * Lets go of a run whose steps wait for people: appends its last entries, opens the forms that are new, and frees the
 * conversation's turn. Where one of its forms has an answer the journal does not know, the run stays with its worker.
 */
export async function pauseRun(
  database: Database,
  { scope, runId, owner }: { scope: WorkspaceScope; runId: RunId; owner: string },
  pausing: RunPausing,
  last: LastEntries,
): Promise<"paused" | "answered" | "lost"> {
  const { rows } = await database.run<{ held: number; paused: number }>({
    name: "run_pause",
    text: pauseStatement,
    values: [
      runId,
      scope.workspaceId,
      owner,
      toInstant(pausing.at),
      pausing.activeMs,
      toJson(pausing.outputs),
      pausing.answer,
      toJson(pausing.usage),
      pausing.totalSteps,
      pausing.exceptionsCount,
      last.position,
      toJson(last.entries),
      pausing.forms.map(({ reason }) => reason.formId),
      pausing.forms.map(({ nodeId }) => nodeId),
      pausing.forms.map(({ reason }) => reason.token),
      pausing.forms.map(({ reason }) => toJson(reason)),
      pausing.forms.map(({ reason }) => toInstant(reason.expiresAt)),
    ],
  });
  const { held, paused } = rows[0]!;
  if (held === 0) return "lost";
  return paused > 0 ? "paused" : "answered";
}

/**
 * The run's row is locked before its forms', as by whoever answers one or settles the run: of an answer and a pause at the
 * same time the second sees what the first did.
 */
const pauseStatement = `
  with held as materialized (
    select id, app_id, conversation_id from run
    where id = $1 and workspace_id = $2 and lease_owner = $3 and status = 'running' for update
  ), forms as materialized (
    select form.id, form.status from held join human_input_form form on form.run_id = held.id
    where form.id = any ($13::uuid[]) for update of form
  ), appended as (
    insert into run_step (run_id, position, workspace_id, entry)
    select held.id, $11::int + place - 1, $2, entry
    from held, json_array_elements($12::json) with ordinality as entries (entry, place)
  ), opened as (
    insert into human_input_form
      (id, workspace_id, app_id, run_id, node_id, token, reason, status, expires_at, created_at)
    select given.id, $2, held.app_id, held.id, given.node_id, given.token, given.reason, 'open', given.expires_at, $4
    from held, unnest($13::uuid[], $14::text[], $15::text[], $16::json[], $17::timestamptz[])
      as given (id, node_id, token, reason, expires_at)
    on conflict (id) do nothing
  ), paused as (
    update run set status = 'paused', queued_at = $4, lease_owner = null, lease_expires_at = null, heartbeat_at = null,
      active_ms = $5,
      outputs = $6, answer = $7, usage = $8, total_steps = $9, exceptions_count = $10
    from held where run.id = held.id and not exists (select from forms where status <> 'open')
    returning run.id, run.conversation_id
  ), turn_freed as (
    update conversation set turn_of = null from paused
    where conversation.id = paused.conversation_id and conversation.turn_of = paused.id
  )
  select (select count(*)::int from held) as held, (select count(*)::int from paused) as paused`;
