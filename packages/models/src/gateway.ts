import { setTimeout as sleep } from "node:timers/promises";
import type { HttpClient } from "@diwan/egress";
import { DiwanError, type WorkspaceScope } from "@diwan/kernel";
import type { Sealer } from "@diwan/workspaces";
import { ModelErrors } from "./errors.ts";
import type { ModelPort, ModelProviderStore } from "./ports.ts";
import type { Provider } from "./provider.ts";
import { canonicalProvider, DEMO_PROVIDER, providerLabel } from "./provider-names.ts";
import { createDemoProvider } from "./providers/demo/demo.ts";
import { normaliseBaseUrl } from "./providers/openai-compatible/base-url.ts";
import { createOpenAiCompatibleProvider } from "./providers/openai-compatible/openai-compatible.ts";
import { type Deadlines, defaultDeadlines } from "./providers/openai-compatible/with-deadlines.ts";

export type GatewaySettings = {
  /** The door for what the product itself calls. */
  http: HttpClient;
  /** Absent where there is no installation, as for a file that is run by itself. */
  stored?: { providers: ModelProviderStore; sealer: Sealer };
  /** `OPENAI_API_BASE` and `OPENAI_API_KEY`: a provider in every workspace. */
  environment?: { baseUrl: string; apiKey: string | undefined };
  /** Every call goes here, whatever provider it names. */
  onlyEndpoint?: { baseUrl: string; apiKey: string | undefined };
  deadlines?: Deadlines;
  /** Waits before the second and the third try. */
  retryWaitsMs?: readonly number[];
  demoWordMs?: number;
};

export const ENVIRONMENT_PROVIDER = "langgenius/openai/openai";

/** How long a workspace's settings are used before they are read again. */
const SETTINGS_MS = 2_000;
const RETRY_WAITS_MS = [300, 1_000];

/** Finds the provider that a call names, and retries what may pass, as long as nothing of the answer was handed on. */
export function createModelGateway(settings: GatewaySettings): ModelPort {
  const providers = createProviders(settings);
  const waitsMs = settings.retryWaitsMs ?? RETRY_WAITS_MS;
  return {
    async *stream(scope, request, call) {
      const provider = await providers.find(scope, request.provider);
      const { signal, runId, stepId, attempt } = call;
      for (let tries = 0; ; tries += 1) {
        let handedOn = false;
        try {
          for await (const part of provider.stream({ request, signal, trace: { runId, stepId, attempt } })) {
            handedOn = true;
            yield part;
          }
          return;
        } catch (error) {
          const waitMs = waitsMs[tries];
          if (handedOn || waitMs === undefined || !mayPass(error)) throw error;
          await sleep(Math.max(waitMs, Math.min((error as DiwanError).retryAfterMs ?? 0, 10_000)), undefined, {
            signal,
          });
        }
      }
    },
  };
}

function mayPass(error: unknown): boolean {
  return error instanceof DiwanError && error.kind === "dependency";
}

function createProviders(settings: GatewaySettings) {
  const demo = createDemoProvider(settings.demoWordMs);
  const common = { http: settings.http, deadlines: settings.deadlines ?? defaultDeadlines };
  const fixed = (name: string, { baseUrl, apiKey }: { baseUrl: string; apiKey: string | undefined }) =>
    createOpenAiCompatibleProvider({ ...common, label: name, baseUrl: normaliseBaseUrl(baseUrl), apiKey });
  const only = settings.onlyEndpoint === undefined ? undefined : fixed("The model endpoint", settings.onlyEndpoint);
  const fromEnvironment =
    settings.environment === undefined ? undefined : fixed(providerLabel(ENVIRONMENT_PROVIDER), settings.environment);
  const byWorkspace = new Map<string, { readAt: number; providers: Promise<Map<string, Provider>> }>();

  async function read(scope: WorkspaceScope): Promise<Map<string, Provider>> {
    const found = new Map<string, Provider>();
    const stored = settings.stored;
    for (const row of (await stored?.providers.list(scope)) ?? []) {
      const place = { column: "model_provider.key", rowId: row.provider };
      const apiKey = row.sealedKey === null ? undefined : await stored!.sealer.open(scope, place, row.sealedKey);
      const label = providerLabel(row.provider);
      found.set(row.provider, createOpenAiCompatibleProvider({ ...common, label, baseUrl: row.baseUrl, apiKey }));
    }
    return found;
  }

  return {
    async find(scope: WorkspaceScope, name: string): Promise<Provider> {
      if (only !== undefined) return only;
      const provider = canonicalProvider(name);
      if (provider === DEMO_PROVIDER) return demo;
      let known = byWorkspace.get(scope.workspaceId);
      if (known === undefined || performance.now() - known.readAt > SETTINGS_MS) {
        known = { readAt: performance.now(), providers: read(scope) };
        byWorkspace.set(scope.workspaceId, known);
        // A read that failed is tried again by the next call.
        known.providers.catch(() => byWorkspace.delete(scope.workspaceId));
      }
      const found = (await known.providers).get(provider);
      if (found !== undefined) return found;
      if (provider === ENVIRONMENT_PROVIDER && fromEnvironment !== undefined) return fromEnvironment;
      throw ModelErrors["not-configured"]({ provider: providerLabel(provider) });
    },
  };
}
