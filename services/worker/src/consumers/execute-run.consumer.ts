import type { RunId, WorkspaceScope } from "@diwan/kernel";
import { countTokens } from "@diwan/models";
import type { NodePorts } from "@diwan/nodes";
import { executeRun, type Run } from "@diwan/runs";
import type { WorkerNeeds } from "../needs.ts";
import { observeRuns } from "../observe-runs.ts";

/** @source design: lease 20 s, heartbeat 5 s */
const LEASE_MS = 20_000;
const HEARTBEAT_MS = 5_000;

/** Drives one run. The job may come twice: whoever does not get the run's lease is done at once. */
export function executeRunConsumer(needs: WorkerNeeds, shutdown: AbortSignal) {
  const execution = {
    ...needs,
    ...needs.settings,
    portsFor: (scope: WorkspaceScope, run: Run) => portsFor(needs, scope, run),
    observe: observeRuns(needs.metrics),
    leaseMs: LEASE_MS,
    heartbeatMs: HEARTBEAT_MS,
  };
  return async ({ scope, runId }: { scope: WorkspaceScope; runId: RunId }): Promise<void> => {
    try {
      await executeRun(execution, scope, runId, shutdown);
    } catch (error) {
      // The run keeps its lease until that expires; then the reaper gives it to the next worker.
      needs.logger.error({ err: error, run_id: runId }, "A run could not be driven.");
    }
  };
}

function portsFor(needs: WorkerNeeds, scope: WorkspaceScope, run: Run): NodePorts {
  return {
    models: {
      stream: (request, call) => needs.models.stream(scope, request, { ...call, runId: run.id }),
      countTokens,
    },
    conversation: {
      history: async (limit) =>
        run.conversationId === null ? [] : needs.conversations.history(scope, run.conversationId, limit),
    },
  };
}
