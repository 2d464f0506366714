import type { ApiKeyStore, AppContent, AppStore, PendingImportStore } from "@diwan/apps";
import type { HttpClient } from "@diwan/egress";
import type { Clock, IdSource, Logger } from "@diwan/kernel";
import type { Metrics } from "@diwan/kernel/node";
import type { ModelProviderStore } from "@diwan/models";
import type {
  AbandonedRuns,
  Admission,
  ConversationStore,
  EndUserStore,
  FileContents,
  FileRecordStore,
  FileSigner,
  FormStore,
  LiveEvents,
  LocalSlots,
  RunLoad,
  RunQueue,
  RunSignals,
  RunStore,
} from "@diwan/runs";
import type { GraphLimits } from "@diwan/workflow";
import type { AccountStore, AttemptStore, InstallationStore, Sealer, SessionStore } from "@diwan/workspaces";
import type { RunOwnerLimits } from "./presenters/console.ts";
import type { PublishedApps } from "./routes/v1/published-apps.ts";
import type { SampleCatalogue } from "./samples.ts";

/** Everything the api reaches. `main.ts` and standalone fill it with adapters. */
export type ApiNeeds = {
  accounts: AccountStore;
  sessions: SessionStore;
  attempts: AttemptStore;
  installation: InstallationStore;
  apps: AppStore;
  pendingImports: PendingImportStore;
  keys: ApiKeyStore;
  providers: ModelProviderStore;
  /** The door for what the product itself calls. */
  http: HttpClient;
  /** `OPENAI_API_BASE` and its key, where set. */
  environment: { baseUrl: string; apiKey: string | undefined } | undefined;
  sealer: Sealer;
  /** What keys open, read at most once a second. */
  published: PublishedApps;
  runs: RunStore;
  conversations: ConversationStore;
  endUsers: EndUserStore;
  files: FileRecordStore;
  contents: FileContents;
  signer: FileSigner;
  forms: FormStore;
  queue: RunQueue;
  admission: Admission;
  abandoned: AbandonedRuns;
  load: RunLoad;
  /** Of a process that has a worker too. */
  local: LocalSlots | undefined;
  live: LiveEvents;
  signals: RunSignals;
  graphLimits: GraphLimits;
  readContent: (hash: string, documentText: string) => AppContent;
  samples: SampleCatalogue;
  clock: Clock;
  ids: IdSource;
  logger: Logger;
  metrics: Metrics;
  settings: ApiSettings;
  /** Says what is missing before requests can be answered; undefined when all is there. */
  readiness(): Promise<string | undefined>;
  /** What about the servers may lose data. */
  warnings: readonly string[];
};

export type ApiSettings = {
  version: string;
  /** Addresses that may send changes besides the request's own host, such as `CONSOLE_WEB_URL`. */
  consoleOrigins: readonly string[];
  /** Acts as the owner; `diwan` on this machine uses it. */
  localToken: string | undefined;
  /** Folder of the built console; without it the api serves no pages. */
  consoleDir: string | undefined;
  /** Cookies go over HTTPS only. */
  secureCookies: boolean;
  /** How long an answer may go on that its reader could not get elsewhere, once the server closes. */
  streamDrainMs: number;
  maxRequestBytes: number;
  /** How long a run may wait for a worker whose caller waits for its end. */
  blockingQueueDeadlineMs: number;
  /** How long workers, queues and people may take. */
  limits: RunOwnerLimits;
};
