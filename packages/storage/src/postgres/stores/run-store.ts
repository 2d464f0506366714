import type { JournalEntry, RunQueueName, RunStatus } from "@diwan/contracts";
import { type AppId, type ConversationId, isUuid, type RunId, type WorkspaceScope } from "@diwan/kernel";
import {
  type ClaimedRun,
  type LastEntries,
  type Lease,
  type LeaseState,
  type Run,
  type RunCaller,
  RunErrors,
  type RunOwnership,
  type RunPage,
  type RunPausing,
  type RunSettlement,
  type RunStore,
} from "@diwan/runs";
import { cutPage } from "../../page-cursor.ts";
import type { Database } from "../database.ts";
import { and, asc, desc, eq } from "../drizzle.ts";
import { GroupCommit, GroupedQuery } from "../group-commit.ts";
import { after } from "../keyset.ts";
import { run, runStep } from "../schema/runs.ts";
import { toInstant, toJson } from "../wire-values.ts";
import { pauseRun } from "./pause-run.ts";
import { insertRuns, listedRunColumns, type NewRunRow, runColumnsText } from "./run-rows.ts";
import { type Settling, settleRuns } from "./settle-run.ts";

/**
 * Runs and their journals.
 *
 *     queued ──claim──▶ running ──settle──▶ succeeded, failed, stopped, partial-succeeded
 *       ▲ ▲               │ │ ▲
 *       │ └────release────┤ └─┘ claim, once the lease has expired
 *       └──answer── paused ◀──pause
 */
export class PostgresRunStore implements RunStore {
  readonly #database: Database;

  readonly #inserts: GroupedQuery<NewRunRow, number>;
  readonly #appends: GroupCommit<Append>;
  readonly #claims: GroupedQuery<ClaimAsked, ClaimedRow>;
  readonly #settlements: GroupedQuery<Settling, true>;
  readonly #statuses: GroupedQuery<Pick<Append, "runId" | "workspaceId">, RunStatus>;

  constructor(database: Database) {
    this.#database = database;
    this.#inserts = new GroupedQuery(async (rows) => new Map((await insertRuns(database, rows)).entries()));
    this.#appends = new GroupCommit((appends) => append(database, appends));
    this.#claims = new GroupedQuery((asked) => claim(database, asked));
    this.#settlements = new GroupedQuery(async (settlings) => {
      const settled = await settleRuns(database, "held", settlings);
      return new Map([...settled].map((place) => [place, true]));
    });
    this.#statuses = new GroupedQuery((asked) => statusesOf(database, asked));
  }

  async insert(scope: WorkspaceScope, created: Run, lease?: Lease): Promise<number> {
    return (await this.#inserts.answerTo({ run: { ...created, workspaceId: scope.workspaceId }, lease })) ?? 0;
  }

  insertWithJournal(scope: WorkspaceScope, created: Run, journal: readonly JournalEntry[]): Promise<void> {
    const { workspaceId } = scope;
    return this.#database.transaction(async () => {
      await insertRuns(this.#database, [{ run: { ...created, workspaceId }, lease: undefined }]);
      await this.#database.run({
        name: "run_insert_journal",
        text: `insert into run_step (run_id, position, workspace_id, entry)
          select $1, number - 1, $2, entry from json_array_elements($3::json) with ordinality as entries (entry, number)`,
        values: [created.id, workspaceId, toJson(journal)],
      });
    });
  }

  async find(scope: WorkspaceScope, runId: RunId): Promise<Run | undefined> {
    const { rows } = await this.#database.run<Run>({
      name: "run_find",
      text: `select ${runColumnsText} from run where id = $1 and workspace_id = $2`,
      values: [runId, scope.workspaceId],
    });
    return rows[0];
  }

  statusOf({ workspaceId }: WorkspaceScope, runId: RunId): Promise<RunStatus | undefined> {
    return this.#statuses.answerTo({ runId, workspaceId });
  }

  async list(scope: WorkspaceScope, appId: AppId, page: { cursor?: string; limit: number }): Promise<RunPage> {
    const rows = await this.#database.sql
      .select(listedRunColumns)
      .from(run)
      .where(
        and(eq(run.appId, appId), eq(run.workspaceId, scope.workspaceId), after(page.cursor, run.createdAt, run.id)),
      )
      .orderBy(desc(run.createdAt), desc(run.id))
      .limit(page.limit + 1);
    const cut = cutPage(rows, page.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
    return { runs: cut.page, nextCursor: cut.nextCursor };
  }

  async ownership(scope: WorkspaceScope, runId: RunId): Promise<RunOwnership | undefined> {
    const { rows } = await this.#database.run<RunOwnership>({
      text: `select lease_owner as owner, heartbeat_at as "heartbeatAt", lease_expires_at as "leaseExpiresAt",
          queued_at as "queuedAt", attempt, active_ms as "activeMs"
        from run where id = $1 and workspace_id = $2`,
      values: [runId, scope.workspaceId],
    });
    return rows[0];
  }

  async readJournal(scope: WorkspaceScope, runId: RunId): Promise<JournalEntry[]> {
    const rows = await this.#database.sql
      .select({ entry: runStep.entry })
      .from(runStep)
      .where(and(eq(runStep.runId, runId), eq(runStep.workspaceId, scope.workspaceId)))
      .orderBy(asc(runStep.position));
    return rows.map(({ entry }) => entry);
  }

  async claim(scope: WorkspaceScope, runId: RunId, lease: Lease): Promise<ClaimedRun | undefined> {
    if (!isUuid(runId)) return undefined;
    const row = await this.#claims.answerTo({ runId, workspaceId: scope.workspaceId, lease });
    if (row === undefined) return undefined;
    const { claimNumber, journalLength, activeMs, takenFrom, ...claimed } = row;
    // Whoever had it may have written until the claim got the row, which the claim's own count does not see.
    const journal = journalLength === 0 && claimNumber === 1 ? [] : await this.readJournal(scope, runId);
    return { run: claimed, attempt: claimNumber, journal, activeMs, takenFrom };
  }

  async heartbeat(scope: WorkspaceScope, runId: RunId, lease: Lease, activeMs: number): Promise<LeaseState> {
    const { rows } = await this.#database.run<{ stop: boolean }>({
      name: "run_heartbeat",
      text: heartbeatStatement,
      values: [runId, scope.workspaceId, lease.owner, toInstant(lease.now), toInstant(lease.expiresAt), activeMs],
    });
    if (rows[0] === undefined) return "lost";
    return rows[0].stop ? "stop-requested" : "held";
  }

  async appendJournal(
    scope: WorkspaceScope,
    runId: RunId,
    owner: string,
    position: number,
    entries: readonly JournalEntry[],
  ): Promise<void> {
    if (entries.length > 0)
      await this.#appends.add({ runId, workspaceId: scope.workspaceId, owner, position, entries });
  }

  settle(
    scope: WorkspaceScope,
    runId: RunId,
    owner: string,
    settlement: RunSettlement,
    last: LastEntries,
  ): Promise<boolean> {
    return this.#settlements.answerTo({ scope, runId, owner, ending: settlement, last }).then((done) => done === true);
  }

  requestStop(scope: WorkspaceScope, runId: RunId, by: RunCaller, at: number): Promise<"asked" | "settled" | "ended"> {
    return this.#database.transaction(async () => {
      const { rows } = await this.#database.run<{ status: string; answer: string }>({
        text: `update run set stop_requested_by = coalesce(stop_requested_by, $3)
          where id = $1 and workspace_id = $2 and status in ('queued', 'running', 'paused') returning status`,
        values: [runId, scope.workspaceId, toJson(by)],
      });
      if (rows[0] === undefined) return "ended";
      if (rows[0].status === "running") return "asked";
      const ending = { status: "stopped", error: null, finishedAt: at } as const;
      const last = { position: 0, entries: [] };
      await settleRuns(this.#database, "idle", [{ scope, runId, owner: null, ending, last }]);
      return "settled";
    });
  }

  pause(
    scope: WorkspaceScope,
    runId: RunId,
    owner: string,
    pausing: RunPausing,
    last: LastEntries,
  ): Promise<"paused" | "answered" | "lost"> {
    return pauseRun(this.#database, { scope, runId, owner }, pausing, last);
  }

  async nextTurn(
    scope: WorkspaceScope,
    conversationId: ConversationId,
  ): Promise<{ runId: RunId; queue: RunQueueName } | undefined> {
    const { rows } = await this.#database.run<{ runId: RunId; queue: RunQueueName }>({
      name: "run_next_turn",
      text: `select id as "runId", queue from run
        where conversation_id = $1 and workspace_id = $2 and status = 'queued' order by created_at, id limit 1`,
      values: [conversationId, scope.workspaceId],
    });
    return rows[0];
  }

  async release(scope: WorkspaceScope, runId: RunId, owner: string, activeMs: number): Promise<void> {
    await this.#database.run({
      text: `update run set status = 'queued', queued_at = heartbeat_at, lease_owner = null, lease_expires_at = null,
          active_ms = $4
        where id = $1 and workspace_id = $2 and lease_owner = $3 and status = 'running'`,
      values: [runId, scope.workspaceId, owner, activeMs],
    });
  }
}

type ClaimAsked = { runId: RunId; workspaceId: string; lease: Lease };

type ClaimedRow = Run & { claimNumber: number; journalLength: number } & Pick<ClaimedRun, "activeMs" | "takenFrom">;

async function claim(database: Database, asked: readonly ClaimAsked[]): Promise<Map<number, ClaimedRow>> {
  const column = <Value>(pick: (one: ClaimAsked) => Value) => asked.map(pick);
  const { rows } = await database.run<ClaimedRow & { holder: string }>({
    name: "run_claim",
    text: claimStatement,
    values: [
      column(({ runId }) => runId),
      column(({ workspaceId }) => workspaceId),
      column(({ lease }) => lease.owner),
      column(({ lease }) => toInstant(lease.now)),
      column(({ lease }) => toInstant(lease.expiresAt)),
    ],
  });
  return new Map(
    rows.map(({ holder, ...row }) => [
      asked.findIndex(({ runId, lease }) => runId === row.id && lease.owner === holder),
      row,
    ]),
  );
}

/**
 * For any number of runs at once. Only a takeover of an expired lease counts as fruitless, and only while the journal has not
 * grown since. A chat turn needs the conversation's turn too, which is its own already, or free and wanted by none that came
 * before. Rows are locked in one order, runs before conversations, as by whoever settles: the turn is never given to a run
 * that has ended meanwhile, and two groups never wait for each other.
 */
const claimStatement = `
  with given as (
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[])
      as given (run_id, workspace_id, owner, now, expires_at)
  ), mine as materialized (
    select run.id, run.conversation_id, run.created_at, given.owner, given.now, given.expires_at,
      case when attempt = 0 then null when status = 'running' then 'lease-expired'
        when heartbeat_at is not null then 'handed-over' end as taken_from,
      (select coalesce(max(position) + 1, 0)::int from run_step where run_step.run_id = run.id) as journal_length
    from given join run on run.id = given.run_id
    where run.workspace_id = given.workspace_id
      and (run.status = 'queued' or (run.status = 'running' and run.lease_expires_at <= given.now))
    order by run.id for update of run
  ), conversations as materialized (
    select conversation.id, mine.id as run_id, mine.created_at
    from mine join conversation on conversation.id = mine.conversation_id
    order by conversation.id for update of conversation
  ), turn as (
    update conversation set turn_of = conversations.run_id
    from conversations
    where conversation.id = conversations.id
      and (conversation.turn_of = conversations.run_id or (conversation.turn_of is null and not exists (
        select from run earlier where earlier.conversation_id = conversation.id and earlier.status = 'queued'
          and (earlier.created_at, earlier.id) < (conversations.created_at, conversations.run_id))))
    returning conversation.turn_of as run_id, conversation.dialogue_count
  )
  update run set
    status = 'running', lease_owner = mine.owner, heartbeat_at = mine.now, lease_expires_at = mine.expires_at,
    attempt = attempt + 1, started_at = coalesce(started_at, mine.now),
    dialogue_count = case when run.attempt = 0
      then coalesce((select dialogue_count from turn where turn.run_id = mine.id), run.dialogue_count)
      else run.dialogue_count end,
    fruitless_takeovers = case
      when mine.journal_length > journal_at_claim then 0
      when run.status = 'running' then fruitless_takeovers + 1
      else fruitless_takeovers end,
    journal_at_claim = mine.journal_length
  from mine
  where run.id = mine.id
    and (mine.conversation_id is null or exists (select from turn where turn.run_id = mine.id)
      or not exists (select from conversation where conversation.id = mine.conversation_id))
  returning ${runColumnsText}, run.attempt as "claimNumber", mine.journal_length as "journalLength",
    run.active_ms as "activeMs", mine.taken_from as "takenFrom", run.lease_owner as holder`;

async function statusesOf(
  database: Database,
  asked: readonly Pick<Append, "runId" | "workspaceId">[],
): Promise<Map<number, RunStatus>> {
  const { rows } = await database.run<{ place: number; status: RunStatus }>({
    name: "run_statuses",
    text: `select place::int, run.status
      from unnest($1::uuid[], $2::uuid[]) with ordinality as asked (id, workspace_id, place)
      join run on run.id = asked.id and run.workspace_id = asked.workspace_id`,
    values: [asked.map(({ runId }) => runId), asked.map(({ workspaceId }) => workspaceId)],
  });
  return new Map(rows.map(({ place, status }) => [place - 1, status]));
}

const heartbeatStatement = `
  update run set heartbeat_at = $4, lease_expires_at = $5, active_ms = $6
  where id = $1 and workspace_id = $2 and lease_owner = $3 and status = 'running'
  returning stop_requested_by is not null as stop`;

type Append = {
  runId: RunId;
  workspaceId: string;
  owner: string;
  position: number;
  entries: readonly JournalEntry[];
};

async function append(database: Database, appends: readonly Append[]): Promise<Map<Append, Error>> {
  const column = <Value>(pick: (one: Append) => Value) => appends.map(pick);
  const { rows } = await database.run<{ place: number }>({
    name: "run_append",
    text: appendStatement,
    values: [
      column(({ runId }) => runId),
      column(({ workspaceId }) => workspaceId),
      column(({ owner }) => owner),
      column(({ position }) => position),
      column(({ entries }) => toJson(entries)),
    ],
  });
  const held = new Set(rows.map(({ place }) => place));
  return new Map(appends.filter((_, index) => !held.has(index + 1)).map((one) => [one, RunErrors["lease-lost"]({})]));
}

/**
 * For any number of runs at once; gives back the places of those that the owner holds. The row lock keeps a takeover out
 * until the entries are in: a claim waits, and then sees the journal grown. Entries that are there already are its own,
 * of a write whose answer was lost.
 */
const appendStatement = `
  with given as (
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::json[])
      with ordinality as given (run_id, workspace_id, owner, position, entries, place)
  ), held as (
    select given.* from given join run on run.id = given.run_id
    where run.workspace_id = given.workspace_id and run.lease_owner = given.owner and run.status = 'running'
    order by run.id for no key update of run
  ), written as (
    insert into run_step (run_id, position, workspace_id, entry)
    select held.run_id, held.position + entries.number - 1, held.workspace_id, entries.entry
    from held, json_array_elements(held.entries) with ordinality as entries (entry, number)
    on conflict (run_id, position) do nothing
  )
  select place::int from held`;
