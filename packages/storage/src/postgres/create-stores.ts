import type { ApiKeyStore, AppStore, PendingImportStore } from "@diwan/apps";
import type { Clock, IdSource } from "@diwan/kernel";
import type { ModelProviderStore } from "@diwan/models";
import type { AbandonedRuns, ConversationStore, EndUserStore, FileRecordStore, FormStore, RunStore } from "@diwan/runs";
import type { AccountStore, AttemptStore, DataKeyStore, InstallationStore, SessionStore } from "@diwan/workspaces";
import type { Database } from "./database.ts";
import { PostgresAbandonedRuns } from "./stores/abandoned-runs.ts";
import { PostgresAccountStore } from "./stores/account-store.ts";
import { PostgresApiKeyStore } from "./stores/api-key-store.ts";
import { PostgresAppStore } from "./stores/app-store.ts";
import { PostgresAttemptStore } from "./stores/attempt-store.ts";
import { PostgresConversationStore } from "./stores/conversation-store.ts";
import { PostgresDataKeyStore } from "./stores/data-key-store.ts";
import { PostgresEndUserStore } from "./stores/end-user-store.ts";
import { PostgresFileRecordStore } from "./stores/file-record-store.ts";
import { PostgresFormStore } from "./stores/form-store.ts";
import { PostgresInstallationStore } from "./stores/installation-store.ts";
import { PostgresModelProviderStore } from "./stores/model-provider-store.ts";
import { PostgresPendingImportStore } from "./stores/pending-import-store.ts";
import { PostgresRunStore } from "./stores/run-store.ts";
import { PostgresSessionStore } from "./stores/session-store.ts";

/** Every store by the name under which services ask for it. */
export type Stores = {
  abandoned: AbandonedRuns;
  accounts: AccountStore;
  apps: AppStore;
  attempts: AttemptStore;
  conversations: ConversationStore;
  dataKeys: DataKeyStore;
  endUsers: EndUserStore;
  files: FileRecordStore;
  forms: FormStore;
  installation: InstallationStore;
  keys: ApiKeyStore;
  pendingImports: PendingImportStore;
  providers: ModelProviderStore;
  runs: RunStore;
  sessions: SessionStore;
};

/** Over one database. */
export function createStores(database: Database, { ids, clock }: { ids: IdSource; clock: Clock }): Stores {
  return {
    abandoned: new PostgresAbandonedRuns(database),
    accounts: new PostgresAccountStore(database),
    apps: new PostgresAppStore(database),
    attempts: new PostgresAttemptStore(database, ids),
    conversations: new PostgresConversationStore(database),
    dataKeys: new PostgresDataKeyStore(database),
    endUsers: new PostgresEndUserStore(database, ids, clock),
    files: new PostgresFileRecordStore(database),
    forms: new PostgresFormStore(database),
    installation: new PostgresInstallationStore(database),
    keys: new PostgresApiKeyStore(database),
    pendingImports: new PostgresPendingImportStore(database),
    providers: new PostgresModelProviderStore(database),
    runs: new PostgresRunStore(database),
    sessions: new PostgresSessionStore(database),
  };
}
