import type { JournalEntry } from "@diwan/contracts";
import type { AppId, ConversationId, RunId, WorkspaceScope } from "@diwan/kernel";
import type { ClaimedRun, LastEntries, Lease, Run, RunCaller, RunPausing, RunSettlement, RunStore } from "@diwan/runs";
import type { ValueReferences } from "./value-references.ts";

/** A RunStore whose rows stay small: large values of journals and outputs lie in files. */
export class ReferringRunStore implements RunStore {
  readonly #runs: RunStore;
  readonly #references: ValueReferences;

  constructor(runs: RunStore, references: ValueReferences) {
    this.#runs = runs;
    this.#references = references;
  }

  insert(scope: WorkspaceScope, run: Run, lease?: Lease) {
    return this.#runs.insert(scope, run, lease);
  }

  async insertWithJournal(scope: WorkspaceScope, run: Run, journal: readonly JournalEntry[]): Promise<void> {
    await this.#runs.insertWithJournal(scope, run, await this.#putAwayAll(scope, run.id, journal));
  }

  async find(scope: WorkspaceScope, runId: RunId): Promise<Run | undefined> {
    const run = await this.#runs.find(scope, runId);
    return run === undefined ? undefined : this.#whole(scope, run);
  }

  statusOf(scope: WorkspaceScope, runId: RunId) {
    return this.#runs.statusOf(scope, runId);
  }

  ownership(scope: WorkspaceScope, runId: RunId) {
    return this.#runs.ownership(scope, runId);
  }

  /** Lists show no outputs, so large ones stay where they are. */
  list(scope: WorkspaceScope, appId: AppId, page: { cursor?: string; limit: number }) {
    return this.#runs.list(scope, appId, page);
  }

  async readJournal(scope: WorkspaceScope, runId: RunId): Promise<JournalEntry[]> {
    return this.#fetchAll(scope, runId, await this.#runs.readJournal(scope, runId));
  }

  async claim(scope: WorkspaceScope, runId: RunId, lease: Lease): Promise<ClaimedRun | undefined> {
    const claimed = await this.#runs.claim(scope, runId, lease);
    if (claimed === undefined) return undefined;
    return { ...claimed, journal: await this.#fetchAll(scope, runId, claimed.journal) };
  }

  heartbeat(scope: WorkspaceScope, runId: RunId, lease: Lease, activeMs: number) {
    return this.#runs.heartbeat(scope, runId, lease, activeMs);
  }

  async appendJournal(
    scope: WorkspaceScope,
    runId: RunId,
    owner: string,
    position: number,
    entries: readonly JournalEntry[],
  ): Promise<void> {
    await this.#runs.appendJournal(scope, runId, owner, position, await this.#putAwayAll(scope, runId, entries));
  }

  async settle(
    scope: WorkspaceScope,
    runId: RunId,
    owner: string,
    settlement: RunSettlement,
    last: LastEntries,
  ): Promise<boolean> {
    const outputs = await this.#references.putAway(scope, runId, settlement.outputs);
    return this.#runs.settle(scope, runId, owner, { ...settlement, outputs }, await this.#lastOf(scope, runId, last));
  }

  async pause(scope: WorkspaceScope, runId: RunId, owner: string, pausing: RunPausing, last: LastEntries) {
    const outputs = await this.#references.putAway(scope, runId, pausing.outputs);
    return this.#runs.pause(scope, runId, owner, { ...pausing, outputs }, await this.#lastOf(scope, runId, last));
  }

  nextTurn(scope: WorkspaceScope, conversationId: ConversationId) {
    return this.#runs.nextTurn(scope, conversationId);
  }

  requestStop(scope: WorkspaceScope, runId: RunId, by: RunCaller, at: number) {
    return this.#runs.requestStop(scope, runId, by, at);
  }

  release(scope: WorkspaceScope, runId: RunId, owner: string, activeMs: number): Promise<void> {
    return this.#runs.release(scope, runId, owner, activeMs);
  }

  async #whole(scope: WorkspaceScope, run: Run): Promise<Run> {
    const outputs = await this.#references.fetch(scope, run.id, run.outputs);
    return outputs === run.outputs ? run : { ...run, outputs };
  }

  async #lastOf(scope: WorkspaceScope, runId: RunId, { position, entries }: LastEntries): Promise<LastEntries> {
    return { position, entries: await this.#putAwayAll(scope, runId, entries) };
  }

  #putAwayAll(scope: WorkspaceScope, runId: RunId, entries: readonly JournalEntry[]): Promise<JournalEntry[]> {
    return mapValues(entries, (values) => this.#references.putAway(scope, runId, values));
  }

  #fetchAll(scope: WorkspaceScope, runId: RunId, entries: readonly JournalEntry[]): Promise<JournalEntry[]> {
    return mapValues(entries, (values) => this.#references.fetch(scope, runId, values));
  }
}

type MapValues = <Values extends Record<string, unknown>>(values: Values) => Promise<Values>;

/** Applies a mapping to everything in a journal that can hold a user's value. */
async function mapValues(entries: readonly JournalEntry[], map: MapValues): Promise<JournalEntry[]> {
  const mapped: JournalEntry[] = [];
  for (const entry of entries) {
    if (entry.kind === "begun") {
      mapped.push({ ...entry, conversation: await map(entry.conversation) });
    } else if (entry.kind !== "settled") {
      mapped.push(entry);
    } else {
      const [inputs, processData, outputs] = [
        await map(entry.inputs),
        await map(entry.processData),
        await map(entry.outputs),
      ];
      const writes = entry.writes && (await Promise.all(entry.writes.map((write) => map(write))));
      const calls = entry.calls && (await Promise.all(entry.calls.map((call) => map(call))));
      mapped.push({
        ...entry,
        inputs,
        processData,
        outputs,
        ...(writes === undefined ? {} : { writes }),
        ...(calls === undefined ? {} : { calls }),
      });
    }
  }
  return mapped;
}
