import { createHash, randomInt } from "node:crypto";
import type { ApiKeyId, AppId, Clock, IdSource, WorkspaceScope } from "@diwan/kernel";
import { AppErrors, KeyErrors } from "../errors.ts";
import type { ApiKeyStore, AppStore, StoredApiKey } from "../ports.ts";

type Needs = { apps: AppStore; keys: ApiKeyStore; clock: Clock; ids: IdSource };

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const KEYS_PER_APP = 10;
const SHOWN_CHARACTERS = 8;

/**
 * Makes a service-API key for an app. Its value is given back this once; only a hash is kept.
 *
 * @throws app.not-found, key.limit-reached (caller)
 */
export async function createKey(
  needs: Needs,
  scope: WorkspaceScope,
  appId: AppId,
): Promise<StoredApiKey & { value: string }> {
  if ((await needs.apps.find(scope, appId)) === undefined) throw AppErrors["not-found"]();
  if ((await needs.keys.list(scope, appId)).length >= KEYS_PER_APP) throw KeyErrors["limit-reached"]();
  const value = `app-${Array.from({ length: 24 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("")}`;
  const key: StoredApiKey = {
    id: needs.ids.next<"api-key">(),
    appId,
    prefix: value.slice(0, SHOWN_CHARACTERS),
    createdAt: needs.clock.now(),
    lastUsedAt: null,
  };
  await needs.keys.insert(scope, { ...key, hash: hashKey(value) });
  return { ...key, value };
}

const TOUCH_MS = 60_000;

/**
 * The app that a key opens.
 *
 * @throws key.unknown (caller) alike for keys that are malformed, unknown or removed.
 */
export async function resolveKey(
  needs: Pick<Needs, "keys" | "clock">,
  value: string,
): Promise<{ scope: WorkspaceScope; key: StoredApiKey }> {
  const found = /^app-[A-Za-z0-9]{24}$/.test(value) ? await needs.keys.resolve(hashKey(value)) : undefined;
  if (found === undefined) throw KeyErrors.unknown();
  const now = needs.clock.now();
  if (found.key.lastUsedAt === null || now - found.key.lastUsedAt > TOUCH_MS) {
    await needs.keys.touch(found.scope, found.key.id, now);
  }
  return found;
}

/** @throws key.not-found (caller) */
export async function removeKey(needs: Needs, scope: WorkspaceScope, appId: AppId, keyId: ApiKeyId): Promise<void> {
  if (!(await needs.keys.remove(scope, appId, keyId))) throw KeyErrors["not-found"]();
}

function hashKey(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}
