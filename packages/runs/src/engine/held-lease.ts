import type { Clock, IdSource, Logger, WorkspaceScope } from "@diwan/kernel";
import { RunErrors } from "../errors.ts";
import type { Lease, LeaseState, RunHolder, RunStore } from "../ports.ts";

/** How a worker asks for leases. */
export type LeaseTerms = {
  /** This worker. */
  owner: string;
  leaseMs: number;
  heartbeatMs: number;
  clock: Clock;
  ids: IdSource;
};

/**
 * A lease for this worker to ask for, from now on. Each has a name of its own: a worker that was frozen may find the run
 * that it lost and take it again, and what it did under the old lease must not count under the new one.
 */
export function leaseOf({ owner, ids, clock, leaseMs }: Omit<LeaseTerms, "heartbeatMs">): Lease {
  const now = clock.now();
  return { owner: `${owner}/${ids.next()}`, now, expiresAt: now + leaseMs };
}

/** A lease that was given, kept alive until it is disposed of. */
export class HeldLease implements Disposable {
  readonly holder: RunHolder;
  readonly #needs: LeaseTerms & { runs: RunStore; logger: Logger };
  readonly #scope: WorkspaceScope;
  readonly #activeMs: () => number;
  readonly #heard: (state: LeaseState) => void;
  readonly #heart: NodeJS.Timeout;
  /** As far as is known here. */
  #until: number;

  /** @param heard  Told whatever a heartbeat finds out. */
  constructor(
    needs: LeaseTerms & { runs: RunStore; logger: Logger },
    scope: WorkspaceScope,
    holder: RunHolder,
    until: number,
    activeMs: () => number,
    heard: (state: LeaseState) => void,
  ) {
    this.#needs = needs;
    this.#scope = scope;
    this.holder = holder;
    this.#until = until;
    this.#activeMs = activeMs;
    this.#heard = heard;
    this.#heart = setInterval(() => this.#beat(), needs.heartbeatMs);
  }

  /** @throws run.lease-lost (dependency), and what the store throws. */
  async renew(): Promise<void> {
    const { runs, clock, leaseMs } = this.#needs;
    const now = clock.now();
    const lease = { owner: this.holder.owner, now, expiresAt: now + leaseMs };
    const state = await runs.heartbeat(this.#scope, this.holder.runId, lease, this.#activeMs());
    if (state !== "lost") this.#until = Math.max(this.#until, lease.expiresAt);
    this.#heard(state);
    if (state === "lost") throw RunErrors["lease-lost"]({});
  }

  /** Not renewed in time: somebody else may have the run. */
  get isOverdue(): boolean {
    return this.#needs.clock.now() >= this.#until;
  }

  /** For whoever is about to do what only the holder may: a process that was frozen does not know that it lost a run. */
  async ensure(): Promise<void> {
    if (this.isOverdue) await this.renew();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heart);
  }

  #beat(): void {
    // One beat that fails is no loss: the lease outlives several.
    this.renew().catch((error: unknown) =>
      this.#needs.logger.warn({ err: error, run_id: this.holder.runId }, "A heartbeat failed."),
    );
  }
}
