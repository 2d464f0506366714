import type { WorkspaceScope } from "@diwan/kernel";
import type { DeclaredVariable, Value } from "@diwan/workflow";
import type { ConversationStore, RunHolder } from "../ports.ts";
import type { Run } from "../run.ts";

/**
 * Stores what a run's steps write to the variables of its conversation, once the steps are in the journal: after a crash
 * the journal gives what was not stored yet.
 */
export class ConversationWriter {
  readonly #scope: WorkspaceScope;
  readonly #run: Run;
  readonly #holder: RunHolder;
  readonly #store: ConversationStore;
  readonly #declared: readonly DeclaredVariable[];
  readonly #last = new Map<string, Value>();
  #written: Promise<void> = Promise.resolve();

  constructor(
    scope: WorkspaceScope,
    run: Run,
    holder: RunHolder,
    store: ConversationStore,
    declared: readonly DeclaredVariable[],
  ) {
    this.#scope = scope;
    this.#run = run;
    this.#holder = holder;
    this.#store = store;
    this.#declared = declared;
  }

  /** Takes over the values that changed since the last time, by name. */
  update(values: ReadonlyMap<string, Value>, journal?: { flush(): Promise<void> }): void {
    const { conversationId } = this.#run;
    if (conversationId === null || values.size === 0) return;
    const changed: Record<string, Value> = {};
    for (const [name, value] of values) {
      if (this.#last.get(name) === value) continue;
      this.#last.set(name, value);
      const id = this.#declared.find((one) => one.name === name)?.id;
      if (id !== undefined) changed[id] = value;
    }
    if (Object.keys(changed).length === 0) return;
    this.#written = this.#written
      .then(() => journal?.flush())
      .then(() => this.#store.writeVariables(this.#scope, conversationId, changed, this.#holder));
    this.#written.catch(() => {});
  }

  /** Resolves when everything is stored. */
  flush(): Promise<void> {
    return this.#written;
  }
}
