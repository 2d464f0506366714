import type { HttpClient } from "@diwan/egress";
import type { Clock, IdSource, Logger, RunId, WorkspaceScope } from "@diwan/kernel";
import type { Metrics } from "@diwan/kernel/node";
import type { ModelPort } from "@diwan/models";
import type { CodeLimits, CodeRunner, HttpLimits, RunFiles } from "@diwan/nodes";
import type {
  AbandonedRuns,
  ConversationStore,
  FormStore,
  LiveEvents,
  PreparedVersion,
  ReaperLimits,
  Run,
  RunLimits,
  RunLoad,
  RunQueue,
  RunSignals,
  RunStore,
} from "@diwan/runs";

/** Everything the worker reaches. `main.ts` and standalone fill it with adapters. */
export type WorkerNeeds = {
  runs: RunStore;
  abandoned: AbandonedRuns;
  load: RunLoad;
  conversations: ConversationStore;
  forms: FormStore;
  queue: RunQueue;
  live: LiveEvents;
  signals: RunSignals;
  models: ModelPort;
  /** The door for what authors call. */
  http: HttpClient;
  httpLimits: HttpLimits;
  code(scope: WorkspaceScope): CodeRunner;
  codeLimits: CodeLimits;
  files(scope: WorkspaceScope, run: Run): RunFiles;
  prepare(scope: WorkspaceScope, run: Run): Promise<PreparedVersion>;
  consume: ConsumeRuns;
  clock: Clock;
  ids: IdSource;
  logger: Logger;
  metrics: Metrics;
  settings: WorkerSettings;
};

export type WorkerSettings = {
  /** Runs of this process at a time. */
  concurrency: number;
  limits: RunLimits;
  reaper: ReaperLimits;
  /** This process, for leases. */
  owner: string;
};

/**
 * Hands runs to `handle`, at most `concurrency` at a time; one that is put back goes to another worker. `close` takes no
 * more and waits for those at work.
 */
export type ConsumeRuns = (options: {
  concurrency: number;
  handle(delivery: { scope: WorkspaceScope; runId: RunId }): Promise<"done" | "put-back">;
}) => { close(): Promise<void> };
