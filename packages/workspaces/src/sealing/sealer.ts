import { randomBytes } from "node:crypto";
import type { IdSource, WorkspaceScope } from "@diwan/kernel";
import type { DataKeyStore, InstallationStore, WrappedDataKey } from "../ports.ts";
import { keyIdOf, openWith, sealWith } from "./envelope.ts";
import { SecretErrors } from "./errors.ts";
import type { KeyRing } from "./key-ring.ts";

/** Where a sealed value lives; it opens nowhere else. */
export type SealedPlace = { column: string; rowId: string };

/** Seals and opens what must not be readable in the database, each workspace with a key of its own. */
export type Sealer = {
  seal(scope: WorkspaceScope, place: SealedPlace, plain: string): Promise<string>;
  open(scope: WorkspaceScope, place: SealedPlace, sealed: string): Promise<string>;
};

/**
 * Each workspace's data key is wrapped by a key derived from `SECRET_KEY`, so that rotating the one re-wraps 32 bytes a
 * workspace and touches no value.
 */
export function createSealer(ring: KeyRing, keys: DataKeyStore, ids: IdSource): Sealer {
  const unwrapped = new Map<string, Uint8Array>();

  const unwrap = ({ id, wrapped, kekId }: WrappedDataKey, scope: WorkspaceScope): Uint8Array => {
    let key = unwrapped.get(id);
    if (key === undefined) {
      const root = ring.find(kekId);
      if (root === undefined) throw SecretErrors["wrong-key"]({});
      key = Buffer.from(openWith(root.derive("kek"), wrapContext(scope, id), wrapped), "base64");
      unwrapped.set(id, key);
    }
    return key;
  };
  const create = (scope: WorkspaceScope) => (): WrappedDataKey => {
    const id = ids.next();
    const plain = randomBytes(32).toString("base64");
    const { current } = ring;
    return {
      id,
      wrapped: sealWith(current.derive("kek"), current.id, wrapContext(scope, id), plain),
      kekId: current.id,
    };
  };

  return {
    async seal(scope, place, plain) {
      const key = await keys.active(scope, create(scope));
      return sealWith(unwrap(key, scope), key.id, contextOf(scope, place), plain);
    },
    async open(scope, place, sealed) {
      const key = await keys.find(scope, keyIdOf(sealed));
      if (key === undefined) throw SecretErrors["cannot-open"]({});
      return openWith(unwrap(key, scope), contextOf(scope, place), sealed);
    },
  };
}

const CHECK_KEY = "secret-key-check";
const CHECK_TEXT = "diwan";

/**
 * Reads the installation's sealed check value, or writes it on the first start.
 *
 * @throws secret.wrong-key (caller) before anything is decrypted or lost with a wrong `SECRET_KEY`.
 */
export async function checkSecretKey(ring: KeyRing, installation: InstallationStore): Promise<void> {
  const { current } = ring;
  const made = sealWith(current.derive("kek"), current.id, CHECK_KEY, CHECK_TEXT);
  const stored = await installation.writeIfAbsent(CHECK_KEY, made);
  const root = ring.find(keyIdOf(stored));
  if (root === undefined) throw SecretErrors["wrong-key"]({});
  openWith(root.derive("kek"), CHECK_KEY, stored);
  if (root.id !== current.id) await installation.write(CHECK_KEY, made);
}

const wrapContext = ({ workspaceId }: WorkspaceScope, keyId: string) => `${workspaceId}|workspace_data_key|${keyId}`;
const contextOf = ({ workspaceId }: WorkspaceScope, { column, rowId }: SealedPlace) =>
  `${workspaceId}|${column}|${rowId}`;
