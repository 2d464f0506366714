import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export type Takeover = {
  cause: "crash" | "freeze" | "handover";
  runId: string;
  ms: number;
  /** Something else that the takeover needs was taken away meanwhile. */
  disturbed: boolean;
};

type Row = { id: string; status: string; owner: string | null; ownerless: boolean };
type Loss = { cause: Takeover["cause"]; owner: string; runs: Set<string>; at: number; disturbed: boolean };

const POLL_MS = 150;

/** Watches in the database who works on which run, all the time. */
export class OwnershipWatch implements AsyncDisposable {
  readonly takeovers: Takeover[] = [];
  /** Longest time that a run had nobody, in milliseconds. */
  longestWithoutOwner = 0;
  readonly #pool: pg.Pool;
  readonly #without = new Map<string, number>();
  #losses: Loss[] = [];
  #stopped = false;
  readonly #watching: Promise<void>;

  constructor(databaseUrl: string) {
    this.#pool = new pg.Pool({
      connectionString: databaseUrl,
      max: 2,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
    });
    this.#pool.on("error", () => {});
    this.#watching = this.#watch();
  }

  /** Called right before a worker is taken away. */
  async lose(cause: Takeover["cause"], owner: string | undefined): Promise<void> {
    if (owner === undefined) return;
    const rows = await this.#rows().catch(() => []);
    const runs = new Set(rows.filter((row) => row.status === "running" && isOf(row.owner, owner)).map(({ id }) => id));
    if (runs.size > 0) this.#losses.push({ cause, owner, runs, at: Date.now(), disturbed: false });
  }

  /** Called when something else is taken away, by which takeovers may be held up. */
  disturb(): void {
    for (const loss of this.#losses) loss.disturbed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#watching;
    await this.#pool.end();
  }

  async #watch(): Promise<void> {
    for (; !this.#stopped; await sleep(POLL_MS)) {
      const rows = await this.#rows().catch(() => undefined);
      if (rows === undefined) continue;
      this.#noteOwners(rows);
      this.#noteOrphans(rows);
    }
  }

  #noteOwners(rows: readonly Row[]): void {
    const now = Date.now();
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const { cause, owner, runs, at, disturbed } of this.#losses) {
      for (const runId of runs) {
        const row = byId.get(runId);
        const isTaken = row?.status === "running" && !isOf(row.owner, owner);
        if (isTaken) this.takeovers.push({ cause, runId, ms: now - at, disturbed });
        // One that ended, or paused, right before is nobody's loss.
        if (isTaken || row === undefined || row.status === "paused") runs.delete(runId);
      }
    }
    this.#losses = this.#losses.filter(({ runs }) => runs.size > 0);
  }

  #noteOrphans(rows: readonly Row[]): void {
    const now = Date.now();
    const orphans = new Set(rows.filter((row) => row.ownerless).map(({ id }) => id));
    for (const id of orphans) {
      const since = this.#without.get(id) ?? now;
      this.#without.set(id, since);
      this.longestWithoutOwner = Math.max(this.longestWithoutOwner, now - since);
    }
    for (const id of this.#without.keys()) if (!orphans.has(id)) this.#without.delete(id);
  }

  async #rows(): Promise<Row[]> {
    const { rows } = await this.#pool.query<Row>(`
      select run.id, run.status, run.lease_owner as owner,
        (run.status = 'running' and run.lease_expires_at < now()) or (run.status = 'queued'
          -- A turn that waits for the one before it is not forgotten.
          and (conversation.turn_of is null or conversation.turn_of = run.id)
          and not exists (select from run earlier where earlier.conversation_id = run.conversation_id
            and earlier.status = 'queued' and (earlier.created_at, earlier.id) < (run.created_at, run.id))) as ownerless
      from run left join conversation on conversation.id = run.conversation_id
      where run.status in ('queued', 'running', 'paused')`);
    return rows;
  }
}

function isOf(holder: string | null, owner: string): boolean {
  return holder?.startsWith(owner) === true;
}
