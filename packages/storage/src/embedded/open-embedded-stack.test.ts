import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@diwan/kernel";
import { aRun, aScope, ids } from "@diwan/testkit/contracts";
import { copyEmbeddedTemplate } from "@diwan/testkit/services";
import { expect, it } from "vitest";
import { openEmbeddedStack } from "./open-embedded-stack.ts";

it("lets the runs wait again that waited when the process ended, in their order", async () => {
  const folder = mkdtempSync(join(tmpdir(), "diwan-stack-"));
  await copyEmbeddedTemplate(folder);
  const open = () => openEmbeddedStack({ folder, version: "0.1.0", streamRetentionMs: 1_000, ids, clock: systemClock });
  const scope = aScope();
  const runs = Array.from({ length: 300 }, () => aRun({ workspaceId: scope.workspaceId }));

  const before = await open();
  await Promise.all(runs.map((run) => before.stores.runs.insert(scope, run)));
  await before.close();

  const after = await open();
  const seen: string[] = [];
  const handle = async ({ runId }: { runId: string }) => {
    seen.push(runId);
    return "done" as const;
  };
  const consumer = after.queue.consume({ concurrency: 1, handle, onError: () => {} });
  await expect.poll(() => seen).toEqual(runs.map(({ id }) => id));
  await consumer.close();
  await after.close();
  rmSync(folder, { recursive: true, force: true });
});
