import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { SecretErrors } from "./errors.ts";

const FORMAT = "v1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals a text with AES-256-GCM.
 *
 * @param context  What the value belongs to; it opens under the very same context only.
 * @returns `v1.<key id>.<iv>.<tag>.<ciphertext>`, the last three in base64url.
 */
export function sealWith(key: Uint8Array, keyId: string, context: string, plain: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", asKey(key), iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return [FORMAT, keyId, base64(iv), base64(cipher.getAuthTag()), base64(sealed)].join(".");
}

/** @throws secret.cannot-open (defect) for a text that was changed, moved elsewhere or sealed with another key. */
export function openWith(key: Uint8Array, context: string, sealed: string): string {
  const [, , iv, tag, ciphertext] = partsOf(sealed);
  try {
    // Without the length, Node accepts tags of four bytes, which can be guessed.
    const decipher = createDecipheriv("aes-256-gcm", asKey(key), bytes(iv), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes(tag));
    return Buffer.concat([decipher.update(bytes(ciphertext)), decipher.final()]).toString("utf8");
  } catch (error) {
    throw SecretErrors["cannot-open"]({}, { cause: error });
  }
}

export function isSealed(text: string): boolean {
  return /^v1\.[^.]+\.[\w-]{16}\.[\w-]{22}\.[\w-]*$/.test(text);
}

export function keyIdOf(sealed: string): string {
  return partsOf(sealed)[1];
}

function partsOf(sealed: string): [string, string, string, string, string] {
  const parts = sealed.split(".");
  if (parts.length !== 5 || parts[0] !== FORMAT) throw SecretErrors["cannot-open"]({});
  return parts as [string, string, string, string, string];
}

const asKey = (key: Uint8Array): KeyObject => createSecretKey(key);
const base64 = (part: Uint8Array) => Buffer.from(part).toString("base64url");
const bytes = (text: string) => Buffer.from(text, "base64url");
