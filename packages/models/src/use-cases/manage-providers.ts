import type { HttpClient, HttpResponse } from "@diwan/egress";
import type { Clock, WorkspaceScope } from "@diwan/kernel";
import type { Sealer } from "@diwan/workspaces";
import { ModelErrors } from "../errors.ts";
import { ENVIRONMENT_PROVIDER } from "../gateway.ts";
import type { ModelProviderStore } from "../ports.ts";
import { canonicalProvider, DEMO_PROVIDER, providerLabel } from "../provider-names.ts";
import { normaliseBaseUrl } from "../providers/openai-compatible/base-url.ts";
import { authorization } from "../providers/openai-compatible/openai-compatible.ts";
import { readText } from "../providers/openai-compatible/read-text.ts";
import { translateError } from "../providers/openai-compatible/translate-error.ts";

type Needs = {
  providers: ModelProviderStore;
  sealer: Sealer;
  clock: Clock;
  environment: { baseUrl: string; apiKey: string | undefined } | undefined;
};

/** Routers list thousands of models; nobody lists more than this. */
const MAX_LIST_BYTES = 20_000_000;

/** A way to reach models as people see it: whether there is a key, never the key. */
export type ProviderView = {
  provider: string;
  label: string;
  source: "builtin" | "environment" | "workspace";
  demo: boolean;
  baseUrl: string;
  key: { set: boolean; hint: string };
};

export async function listProviders(needs: Needs, scope: WorkspaceScope): Promise<ProviderView[]> {
  const stored = await needs.providers.list(scope);
  const views: ProviderView[] = stored.map(({ provider, baseUrl, sealedKey, keyHint }) => ({
    provider,
    label: providerLabel(provider),
    source: "workspace",
    demo: false,
    baseUrl,
    key: { set: sealedKey !== null, hint: keyHint },
  }));
  const { environment } = needs;
  if (environment !== undefined && !stored.some(({ provider }) => provider === ENVIRONMENT_PROVIDER)) {
    const key = { set: environment.apiKey !== undefined, hint: keyHint(environment.apiKey ?? "") };
    views.unshift({
      provider: ENVIRONMENT_PROVIDER,
      label: providerLabel(ENVIRONMENT_PROVIDER),
      source: "environment",
      demo: false,
      baseUrl: normaliseBaseUrl(environment.baseUrl),
      key,
    });
  }
  views.push({
    provider: DEMO_PROVIDER,
    label: "Demo",
    source: "builtin",
    demo: true,
    baseUrl: "",
    key: { set: false, hint: "" },
  });
  return views;
}

/**
 * Sets or replaces how a provider is reached; an empty key keeps the stored one.
 *
 * @throws model.base-url-invalid, model.provider-read-only (caller)
 */
export async function putProvider(
  needs: Needs,
  scope: WorkspaceScope,
  given: { provider: string; baseUrl: string; apiKey: string },
): Promise<ProviderView> {
  const provider = canonicalProvider(given.provider);
  if (provider === DEMO_PROVIDER) throw ModelErrors["provider-read-only"]({ provider: providerLabel(provider) });
  const baseUrl = normaliseBaseUrl(given.baseUrl);
  const before = (await needs.providers.list(scope)).find((row) => row.provider === provider);
  const sealedKey =
    given.apiKey === ""
      ? (before?.sealedKey ?? null)
      : await needs.sealer.seal(scope, { column: "model_provider.key", rowId: provider }, given.apiKey);
  const hint = given.apiKey === "" ? (before?.keyHint ?? "") : keyHint(given.apiKey);
  await needs.providers.put(scope, { provider, baseUrl, updatedAt: needs.clock.now(), sealedKey, keyHint: hint });
  const key = { set: sealedKey !== null, hint };
  return { provider, label: providerLabel(provider), source: "workspace", demo: false, baseUrl, key };
}

/** The last characters of a key, for telling keys apart; nothing of a short one. */
function keyHint(key: string): string {
  return key.length < 12 ? "" : `…${key.slice(-4)}`;
}

/**
 * The models that a provider lists for its key: the cheapest call that proves address and key.
 *
 * @throws model.* as a real call would.
 */
export async function testProvider(
  needs: Needs & { http: HttpClient },
  scope: WorkspaceScope,
  name: string,
): Promise<string[]> {
  const provider = canonicalProvider(name);
  if (provider === DEMO_PROVIDER) return ["demo"];
  const label = providerLabel(provider);
  const { baseUrl, apiKey } = await reach(needs, scope, provider);
  const names = { provider: label, model: "its list of models" };
  let status: number;
  let text: string;
  try {
    const response = await askForModels(needs.http, baseUrl, apiKey);
    status = response.status;
    text = await readText(response.body, MAX_LIST_BYTES);
  } catch (error) {
    throw translateError(error, names);
  }
  if (status === 401 || status === 403) throw ModelErrors["credentials-refused"](names);
  const listed = readList(text);
  if (status < 200 || status > 299 || listed === undefined) {
    throw ModelErrors.unavailable({ ...names, reason: `it answered ${status} without a list of models` });
  }
  return listed.flatMap(({ id }) => (typeof id === "string" ? [id] : [])).sort();
}

function askForModels(http: HttpClient, baseUrl: string, apiKey: string | undefined): Promise<HttpResponse> {
  return http.send({
    method: "GET",
    url: `${baseUrl}/models`,
    headers: authorization(apiKey),
    body: undefined,
    timeouts: { connectMs: 0, readMs: 0, writeMs: 0, totalMs: 10_000 },
    maxRedirects: 5,
    verifyTls: true,
    signal: new AbortController().signal,
  });
}

function readList(text: string): { id?: unknown }[] | undefined {
  try {
    const { data } = JSON.parse(text) as { data?: unknown };
    return Array.isArray(data) ? (data as { id?: unknown }[]) : undefined;
  } catch {
    return undefined;
  }
}

async function reach(needs: Needs, scope: WorkspaceScope, provider: string) {
  const row = (await needs.providers.list(scope)).find((one) => one.provider === provider);
  if (row !== undefined) {
    const place = { column: "model_provider.key", rowId: provider };
    const apiKey = row.sealedKey === null ? undefined : await needs.sealer.open(scope, place, row.sealedKey);
    return { baseUrl: row.baseUrl, apiKey };
  }
  if (provider === ENVIRONMENT_PROVIDER && needs.environment !== undefined) {
    return { ...needs.environment, baseUrl: normaliseBaseUrl(needs.environment.baseUrl) };
  }
  throw ModelErrors["not-configured"]({ provider: providerLabel(provider) });
}
