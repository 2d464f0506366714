import type { RunId } from "@diwan/kernel";
import type { RunSignals } from "@diwan/runs";

export class MemoryRunSignals implements RunSignals {
  readonly #listeners = new Set<(runId: RunId) => void>();

  async stop(runId: RunId): Promise<void> {
    for (const listener of this.#listeners) listener(runId);
  }

  onStop(listener: (runId: RunId) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
