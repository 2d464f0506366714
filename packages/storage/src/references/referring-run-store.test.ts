import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEntry } from "@diwan/contracts";
import {
  aLease,
  aRun,
  aScope,
  aSettlement,
  aStep,
  noon,
  nothingMore,
  runStoreContract,
} from "@diwan/testkit/contracts";
import { type TestDatabase, testDatabaseServers } from "@diwan/testkit/services";
import { float } from "@diwan/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DiskFileStore } from "../files/disk-file-store.ts";
import { PostgresAbandonedRuns } from "../postgres/stores/abandoned-runs.ts";
import { PostgresConversationStore } from "../postgres/stores/conversation-store.ts";
import { PostgresFormStore } from "../postgres/stores/form-store.ts";
import { PostgresRunStore } from "../postgres/stores/run-store.ts";
import { ReferringRunStore } from "./referring-run-store.ts";
import { ValueReferences } from "./value-references.ts";

const embedded = testDatabaseServers.find(({ name }) => name === "PGlite")!;

describe("a run store with large values in files", () => {
  const folder = mkdtempSync(join(tmpdir(), "diwan-values-"));
  const files = new DiskFileStore(folder);
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await embedded.open();
  });
  afterAll(async () => {
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = () => {
    const { database } = opened;
    return {
      runs: new ReferringRunStore(new PostgresRunStore(database), new ValueReferences(files)),
      abandoned: new PostgresAbandonedRuns(database),
      conversations: new PostgresConversationStore(database),
      forms: new PostgresFormStore(database),
    };
  };
  runStoreContract(open);

  const large = { text: "x".repeat(70_000), list: [float(1), 2, { deep: "ا".repeat(40_000) }] };
  const rowsOf = async (runId: string) => {
    const { rows } = await opened.database.run<{ bytes: number }>({
      text: "select coalesce(max(length(entry::text)), 0) as bytes from run_step where run_id = $1",
      values: [runId],
    });
    return Number(rows[0]!.bytes);
  };

  it("keeps its rows small and gives the values back as they were, wherever they stood", async () => {
    const { runs } = open();
    const own = aScope();
    const run = aRun({ workspaceId: own.workspaceId });
    await runs.insert(own, run);
    await runs.claim(own, run.id, aLease("a", noon));
    const entries: JournalEntry[] = [
      aStep("one", { outputs: large, inputs: { same: large.text } }),
      aStep("two", {
        processData: { seen: large.text },
        writes: [{ selector: ["conversation", "big"], value: large.list }],
        calls: [{ port: "model", request: "r", answer: { parts: [large.text] } }],
      }),
    ];
    await runs.appendJournal(own, run.id, "a", 0, entries);
    expect(await rowsOf(run.id)).toBeLessThan(3_000);
    expect(await runs.readJournal(own, run.id)).toEqual(entries);
    const stored = [];
    for await (const { key } of files.list(own, `runs/${run.id}/`)) stored.push(key);
    // The same text in three places lies there once.
    expect(stored).toHaveLength(3);

    const taken = await runs.claim(own, run.id, aLease("b", noon + 30_000));
    expect(taken?.journal).toEqual(entries);
    await runs.settle(own, run.id, "b", aSettlement({ outputs: large }), nothingMore);
    expect((await runs.find(own, run.id))?.outputs).toEqual(large);
  });

  it("takes a value for one of its own only where it is one", async () => {
    const { runs } = open();
    const own = aScope();
    const [run, other] = [aRun({ workspaceId: own.workspaceId }), aRun({ workspaceId: own.workspaceId })];
    for (const one of [run, other]) {
      await runs.insert(own, one);
      await runs.claim(own, one.id, aLease("a", noon));
    }
    await runs.appendJournal(own, other.id, "a", 0, [aStep("secret", { outputs: large })]);
    let key = "";
    for await (const stored of files.list(own, `runs/${other.id}/`)) key = stored.key;
    const forged = {
      a: { __diwan_value_in_file__: key, bytes: 1 },
      b: { __diwan_value_in_file__: "../../x", bytes: 1 },
    };
    await runs.appendJournal(own, run.id, "a", 0, [aStep("forged", { outputs: forged })]);
    expect(await runs.readJournal(own, run.id)).toMatchObject([{ outputs: forged }]);
  });
});
