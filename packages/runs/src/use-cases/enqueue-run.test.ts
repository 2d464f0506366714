import type { Logger } from "@diwan/kernel";
import { aScope, ids } from "@diwan/testkit/contracts";
import { expect, it } from "vitest";
import type { RunQueue } from "../ports.ts";
import { enqueueRun } from "./enqueue-run.ts";

it("leaves a run to the reaper, and says so, while the queue is out of reach", async () => {
  const told: unknown[] = [];
  const logger = { warn: (fields: object) => told.push(fields) } as unknown as Logger;
  const outOfReach = async () => {
    throw new Error("Connection is closed.");
  };
  const queue: RunQueue = { enqueue: outOfReach };
  const run = { scope: aScope(), runId: ids.next<"run">(), queue: "runs-interactive" as const };
  // Whoever asked for the run would ask once more for it, and have it twice.
  await enqueueRun({ queue, logger }, run);
  expect(told).toMatchObject([{ run_id: run.runId }]);
});
