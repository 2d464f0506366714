import { randomBytes } from "node:crypto";
import { askingFor } from "@diwan/egress";
import type { RunId, Shutdown, WorkspaceScope } from "@diwan/kernel";
import { countTokens } from "@diwan/models";
import type { NodePorts } from "@diwan/nodes";
import {
  type ExecuteRunNeeds,
  type Execution,
  executeClaimed,
  executeRun,
  type LocalSlots,
  leaseOf,
  type Run,
} from "@diwan/runs";
import type { WorkerNeeds } from "../needs.ts";
import { observeRuns } from "../observe-runs.ts";
import { Slots } from "../slots.ts";

/** @source design: lease 20 s, heartbeat 5 s */
const LEASE_MS = 20_000;
const HEARTBEAT_MS = 5_000;

export type RunConsumer = {
  /** Drives one run. It may come twice: whoever does not get the run's lease is done at once. */
  handle(delivery: { scope: WorkspaceScope; runId: RunId }): Promise<"done" | "put-back">;
  /** For runs that are started in this very process. */
  local: LocalSlots;
  /** Resolves when no local run is at work. */
  idle(): Promise<void>;
};

export function executeRunConsumer(needs: WorkerNeeds, shutdown: Shutdown): RunConsumer {
  const execution: ExecuteRunNeeds = {
    ...needs,
    ...needs.settings,
    portsFor: (scope, run) => portsFor(needs, scope, run),
    observe: observeRuns(needs.metrics),
    leaseMs: LEASE_MS,
    heartbeatMs: HEARTBEAT_MS,
  };
  const slots = new Slots(needs.settings.concurrency);
  const atWork = new Set<Promise<void>>();
  // A run that could not be driven keeps its lease until that expires; then the reaper gives it to the next worker.
  const tell = (runId: RunId) => (error: unknown) =>
    needs.logger.error({ err: error, run_id: runId }, "A run could not be driven.");
  return {
    async handle({ scope, runId }) {
      await slots.wait();
      if (shutdown.hasBegun) {
        slots.giveBack();
        return "put-back";
      }
      try {
        await executeRun(execution, scope, runId, shutdown);
        return "done";
      } catch (error) {
        tell(runId)(error);
        return "done";
      } finally {
        slots.giveBack();
      }
    },
    local: {
      take() {
        if (shutdown.hasBegun || !slots.take()) return undefined;
        const work = (runId: RunId, execution: Promise<Execution>) => {
          const done: Promise<void> = execution
            .then(() => {}, tell(runId))
            .finally(() => {
              slots.giveBack();
              atWork.delete(done);
            });
          atWork.add(done);
        };
        return {
          lease: () => leaseOf(execution),
          drive: (scope, run, lease) => {
            const claimed = { run, attempt: 1, journal: [], activeMs: 0, takenFrom: null };
            work(run.id, executeClaimed(execution, scope, claimed, lease, shutdown));
          },
          claim: (scope, runId) => work(runId, executeRun(execution, scope, runId, shutdown)),
          giveBack: () => slots.giveBack(),
        };
      },
    },
    async idle() {
      await Promise.all(atWork);
    },
  };
}

function portsFor(needs: WorkerNeeds, scope: WorkspaceScope, run: Run): NodePorts {
  const { conversationId, messageId } = run;
  return {
    models: {
      stream: (request, call) => needs.models.stream(scope, request, { ...call, runId: run.id }),
      countTokens,
    },
    conversation: {
      history: async (limit) =>
        conversationId === null || messageId === null
          ? []
          : needs.conversations.history(scope, conversationId, messageId, limit),
    },
    http: askingFor(needs.http, { workspaceId: scope.workspaceId, appId: run.appId }),
    httpLimits: needs.httpLimits,
    files: needs.files(scope, run),
    forms: { newToken: newFormToken },
    documents: { read: async () => undefined },
    code: needs.code(scope),
    codeLimits: needs.codeLimits,
  };
}

/** 256 random bits: whoever holds it may answer the form. */
function newFormToken(): string {
  return randomBytes(32).toString("base64url");
}
