import { createIdSource, systemClock } from "@diwan/kernel";
import {
  accountStoreContract,
  anAccount,
  apiKeyStoreContract,
  appStoreContract,
  attemptStoreContract,
  aWorkspace,
  dataKeyStoreContract,
  installationStoreContract,
  modelProviderStoreContract,
  pendingImportStoreContract,
  sessionStoreContract,
} from "@diwan/testkit/contracts";
import { type TestDatabase, testDatabaseServers } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe } from "vitest";
import { createStores } from "../create-stores.ts";
import type { Database } from "../database.ts";
import { workspace } from "../schema/identity.ts";
import { PostgresVersionStore } from "./version-store.ts";

for (const server of testDatabaseServers) {
  describe.skipIf(server.missing)(`stores of apps and identities on ${server.name}`, () => {
    let opened: TestDatabase;
    let stores: ReturnType<typeof createStores>;
    beforeAll(async () => {
      opened = await server.open();
      stores = createStores(opened.database, { ids: createIdSource(), clock: systemClock });
    });
    afterAll(() => opened.close());

    const twoWorkspaces = async () => ({
      mine: { workspaceId: (await newWorkspace(opened.database)).id },
      theirs: { workspaceId: (await newWorkspace(opened.database)).id },
    });
    const appStores = async () => ({
      ...stores,
      versions: new PostgresVersionStore(opened.database),
      ...(await twoWorkspaces()),
    });

    describe("PostgresAppStore", () => appStoreContract(appStores));
    describe("PostgresApiKeyStore", () => apiKeyStoreContract(appStores));
    describe("PostgresPendingImportStore", () =>
      pendingImportStoreContract(async () => ({ imports: stores.pendingImports, ...(await twoWorkspaces()) })));
    describe("PostgresModelProviderStore", () =>
      modelProviderStoreContract(async () => ({ ...stores, ...(await twoWorkspaces()) })));
    describe("PostgresAttemptStore", () => attemptStoreContract(() => stores.attempts));
    describe("PostgresInstallationStore", () => installationStoreContract(() => stores.installation));
    describe("PostgresDataKeyStore", () =>
      dataKeyStoreContract(async () => ({ keys: stores.dataKeys, workspace: await newWorkspace(opened.database) })));
    describe("PostgresSessionStore", () =>
      sessionStoreContract(async () => {
        await removeAccounts(opened.database);
        const account = anAccount();
        await stores.accounts.createOwner(account, aWorkspace());
        return { sessions: stores.sessions, account };
      }));
    describe("PostgresAccountStore", () =>
      accountStoreContract(async () => {
        await removeAccounts(opened.database);
        return stores.accounts;
      }));
  });
}

async function newWorkspace(database: Database) {
  const made = aWorkspace();
  await database.sql.insert(workspace).values(made);
  return made;
}

async function removeAccounts(database: Database): Promise<void> {
  await database.run({ text: "delete from account", values: [] });
}
