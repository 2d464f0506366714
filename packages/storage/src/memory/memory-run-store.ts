import type { JournalEntry } from "@diwan/contracts";
import type { AppId, RunId, WorkspaceScope } from "@diwan/kernel";
import {
  type ClaimedRun,
  hasEnded,
  type Lease,
  type LeaseState,
  type Run,
  type RunCaller,
  RunErrors,
  type RunPage,
  type RunSettlement,
  type RunStore,
} from "@diwan/runs";
import { cutPage, type PageCursor, readCursor } from "../page-cursor.ts";
import { copyOf, type RunRows } from "./run-rows.ts";

export class MemoryRunStore implements RunStore {
  readonly #rows: RunRows;

  constructor(rows: RunRows) {
    this.#rows = rows;
  }

  async insert(scope: WorkspaceScope, created: Run, lease?: Lease): Promise<void> {
    const taken = lease === undefined ? {} : { status: "running" as const, startedAt: lease.now };
    this.#rows.runs.set(created.id, {
      run: copyOf({ ...created, ...taken, workspaceId: scope.workspaceId }),
      journal: [],
      queuedAt: created.createdAt,
      lease,
      attempt: lease === undefined ? 0 : 1,
      fruitlessTakeovers: 0,
      journalAtClaim: 0,
    });
  }

  async find(scope: WorkspaceScope, runId: RunId): Promise<Run | undefined> {
    const row = this.#rows.find(scope, runId);
    return row === undefined ? undefined : copyOf(row.run);
  }

  async list(scope: WorkspaceScope, appId: AppId, page: { cursor?: string; limit: number }): Promise<RunPage> {
    const from = page.cursor === undefined ? undefined : readCursor(page.cursor);
    const runs = [...this.#rows.runs.values()]
      .map(({ run }) => run)
      .filter((run) => run.appId === appId && run.workspaceId === scope.workspaceId)
      .filter((run) => from === undefined || newestFirst(from, placeOf(run)) < 0)
      .sort((a, b) => newestFirst(placeOf(a), placeOf(b)))
      .slice(0, page.limit + 1);
    const cut = cutPage(runs, page.limit, placeOf);
    return { runs: copyOf(cut.page), nextCursor: cut.nextCursor };
  }

  async readJournal(scope: WorkspaceScope, runId: RunId): Promise<JournalEntry[]> {
    return copyOf(this.#rows.find(scope, runId)?.journal ?? []);
  }

  async claim(scope: WorkspaceScope, runId: RunId, lease: Lease): Promise<ClaimedRun | undefined> {
    const row = this.#rows.find(scope, runId);
    if (row === undefined) return undefined;
    const { run, journal } = row;
    const expired = run.status === "running" && (row.lease?.expiresAt ?? 0) <= lease.now;
    if (run.status !== "queued" && !expired) return undefined;
    if (journal.length > row.journalAtClaim) row.fruitlessTakeovers = 0;
    else if (expired) row.fruitlessTakeovers += 1;
    row.journalAtClaim = journal.length;
    row.attempt += 1;
    row.lease = lease;
    run.status = "running";
    run.startedAt ??= lease.now;
    return { run: copyOf(run), attempt: row.attempt, journal: copyOf(journal) };
  }

  async heartbeat(scope: WorkspaceScope, runId: RunId, lease: Lease): Promise<LeaseState> {
    const row = this.#rows.held(scope, runId, lease.owner);
    if (row === undefined) return "lost";
    row.lease = lease;
    return row.run.stopRequestedBy === null ? "held" : "stop-requested";
  }

  async appendJournal(
    scope: WorkspaceScope,
    runId: RunId,
    owner: string,
    position: number,
    entries: readonly JournalEntry[],
  ): Promise<void> {
    if (entries.length === 0) return;
    const row = this.#rows.held(scope, runId, owner);
    if (row === undefined) throw RunErrors["lease-lost"]({});
    row.journal.splice(position, 0, ...copyOf(entries));
  }

  async settle(
    scope: WorkspaceScope,
    runId: RunId,
    owner: string,
    settlement: RunSettlement,
    last: { position: number; entries: readonly JournalEntry[] },
  ): Promise<boolean> {
    const row = this.#rows.held(scope, runId, owner);
    if (row === undefined) return false;
    row.journal.splice(last.position, 0, ...copyOf(last.entries));
    this.#rows.settle(row, settlement);
    return true;
  }

  async requestStop(scope: WorkspaceScope, runId: RunId, by: RunCaller, at: number): Promise<boolean> {
    const row = this.#rows.find(scope, runId);
    if (row === undefined || hasEnded(row.run)) return false;
    row.run.stopRequestedBy ??= copyOf(by);
    if (row.run.status === "queued") this.#rows.settle(row, { status: "stopped", finishedAt: at });
    return true;
  }

  async release(scope: WorkspaceScope, runId: RunId, owner: string): Promise<void> {
    const row = this.#rows.held(scope, runId, owner);
    if (row === undefined) return;
    row.queuedAt = row.lease!.now;
    row.lease = undefined;
    row.run.status = "queued";
  }
}

function placeOf(run: Run): PageCursor {
  return { at: run.createdAt, id: run.id };
}

function newestFirst(a: PageCursor, b: PageCursor): number {
  return b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}
