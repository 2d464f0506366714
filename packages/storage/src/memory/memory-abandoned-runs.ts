import type { RunError } from "@diwan/contracts";
import type { AbandonedRun, AbandonedRuns } from "@diwan/runs";
import type { RunRow, RunRows } from "./run-rows.ts";

export class MemoryAbandonedRuns implements AbandonedRuns {
  readonly #rows: RunRows;

  constructor(rows: RunRows) {
    this.#rows = rows;
  }

  async find(now: number, queuedBefore: number, limit: number): Promise<AbandonedRun[]> {
    return [...this.#rows.runs.values()]
      .filter((row) => hasExpired(row, now) || (row.run.status === "queued" && row.queuedAt < queuedBefore))
      .slice(0, limit)
      .map(({ run, journal, journalAtClaim, fruitlessTakeovers, queuedAt }) => ({
        scope: { workspaceId: run.workspaceId },
        runId: run.id,
        queue: run.queue,
        fruitlessTakeovers: journal.length > journalAtClaim ? 0 : fruitlessTakeovers,
        queuedAt,
        state: run.status === "queued" ? "queued" : "running",
      }));
  }

  async fail({ scope, runId }: AbandonedRun, error: RunError, at: number): Promise<boolean> {
    const row = this.#rows.find(scope, runId);
    if (row === undefined || !(row.run.status === "queued" || hasExpired(row, at))) return false;
    this.#rows.settle(row, { status: "failed", error, finishedAt: at });
    return true;
  }
}

function hasExpired({ run, lease }: RunRow, now: number): boolean {
  return run.status === "running" && (lease?.expiresAt ?? 0) <= now;
}
