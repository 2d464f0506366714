import type { Logger, WorkspaceScope } from "@diwan/kernel";
import type { RunQueue, RunStore } from "../ports.ts";
import type { Run } from "../run.ts";
import { enqueueRun } from "./enqueue-run.ts";

type Needs = { runs: RunStore; queue: RunQueue; logger: Logger };

/** The next turn of the conversation waited for this run. One that nobody wakes is found by the reaper. */
export async function wakeNextTurn(
  needs: Needs,
  scope: WorkspaceScope,
  { id, conversationId }: Pick<Run, "id" | "conversationId">,
): Promise<void> {
  if (conversationId === null) return;
  try {
    const next = await needs.runs.nextTurn(scope, conversationId);
    if (next !== undefined) await enqueueRun(needs, { scope, ...next });
  } catch (error) {
    needs.logger.warn({ err: error, run_id: id }, "The next turn was not woken.");
  }
}
