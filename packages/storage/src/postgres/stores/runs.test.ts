import { createIdSource, systemClock } from "@diwan/kernel";
import { conversationStoreContract, endUserStoreContract, runStoreContract } from "@diwan/testkit/contracts";
import { type TestDatabase, testDatabaseServers } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe } from "vitest";
import { PostgresAbandonedRuns } from "./abandoned-runs.ts";
import { PostgresConversationStore } from "./conversation-store.ts";
import { PostgresEndUserStore } from "./end-user-store.ts";
import { PostgresFormStore } from "./form-store.ts";
import { PostgresRunStore } from "./run-store.ts";

for (const server of testDatabaseServers) {
  describe.skipIf(server.missing)(`stores of runs on ${server.name}`, () => {
    let opened: TestDatabase;
    beforeAll(async () => {
      opened = await server.open();
    });
    afterAll(() => opened.close());

    describe("PostgresRunStore", () =>
      runStoreContract(() => ({
        runs: new PostgresRunStore(opened.database),
        abandoned: new PostgresAbandonedRuns(opened.database),
        conversations: new PostgresConversationStore(opened.database),
        forms: new PostgresFormStore(opened.database),
      })));
    describe("PostgresConversationStore", () =>
      conversationStoreContract(() => ({
        conversations: new PostgresConversationStore(opened.database),
        runs: new PostgresRunStore(opened.database),
      })));
    describe("PostgresEndUserStore", () =>
      endUserStoreContract(() => new PostgresEndUserStore(opened.database, createIdSource(), systemClock)));
  });
}
