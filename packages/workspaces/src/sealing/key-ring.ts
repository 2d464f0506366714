import { createHash, hkdfSync } from "node:crypto";
import { SecretErrors } from "./errors.ts";

/** What a key derived from `SECRET_KEY` is for. */
export type KeyPurpose = "kek" | "session" | "file-url" | "webhook";

/** The keys derived from the installation's `SECRET_KEY`, the current one first, then earlier ones for reading. */
export type KeyRing = {
  current: RootKey;
  /** Undefined for a key that is no longer known. */
  find(id: string): RootKey | undefined;
};

export type RootKey = { id: string; derive(purpose: KeyPurpose): Uint8Array };

/** Values that stand in public examples and must protect nothing. */
const publiclyKnown = new Set(["sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U", "changeme", "change-me", "secret"]);

const LEAST_BYTES = 32;

/**
 * @param secretKey  At least 32 bytes of any text.
 * @throws secret.too-weak (caller)
 */
export function createKeyRing(secretKey: string, previous: readonly string[] = []): KeyRing {
  const keys = [secretKey, ...previous].map(rootKey);
  return { current: keys[0]!, find: (id) => keys.find((key) => key.id === id) };
}

function rootKey(secret: string): RootKey {
  if (Buffer.byteLength(secret) < LEAST_BYTES || publiclyKnown.has(secret)) throw SecretErrors["too-weak"]({});
  const derived = new Map<KeyPurpose, Uint8Array>();
  return {
    id: createHash("sha256").update("diwan key id").update(secret).digest("hex").slice(0, 12),
    derive(purpose) {
      let key = derived.get(purpose);
      if (key === undefined) {
        key = new Uint8Array(hkdfSync("sha256", secret, "diwan", purpose, 32));
        derived.set(purpose, key);
      }
      return key;
    },
  };
}
