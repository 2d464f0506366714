import { createHash, createPublicKey, type KeyObject, timingSafeEqual, verify } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const FRESH_SECONDS = 60;
const NONCE_SECONDS = 120;

/** As bytes before the raw key in the encoding that Node reads: an Ed25519 key. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export type Asked = { method: string; path: string; headers: IncomingHttpHeaders; body: Buffer };

export type AuthenticationOptions = {
  apiKey: string | undefined;
  /** By key id, each the 32 raw bytes of an Ed25519 public key. */
  publicKeys: ReadonlyMap<string, Buffer>;
  audience: string;
  /** Unix seconds. */
  now(): number;
};

/** Tells whether a request comes from a caller: by a key, or by a signature. @source sandbox, 1.1 */
export function createAuthentication(options: AuthenticationOptions): (asked: Asked) => boolean {
  const keyHash = options.apiKey === undefined ? undefined : sha256(options.apiKey);
  const publicKeys = new Map([...options.publicKeys].map(([id, raw]) => [id, publicKey(raw)]));
  const seen = new Map<string, number>();

  function isFresh(nonce: string, now: number): boolean {
    for (const [old, until] of seen) {
      if (until > now) break;
      seen.delete(old);
    }
    if (seen.has(nonce)) return false;
    seen.set(nonce, now + NONCE_SECONDS);
    return true;
  }

  function isSigned({ method, path, headers, body }: Asked): boolean {
    const [keyId, time, nonce, signature] = ["key-id", "time", "nonce", "signature"].map(
      (name) => single(headers[`x-sandbox-${name}`]) ?? "",
    ) as [string, string, string, string];
    const key = publicKeys.get(keyId);
    const now = options.now();
    if (key === undefined || !/^\d{1,12}$/.test(time) || Math.abs(now - Number(time)) > FRESH_SECONDS) return false;
    if (!/^[0-9a-f]{32}$/.test(nonce)) return false;
    const bodyHash = createHash("sha256").update(body).digest("hex");
    const text = ["v1", options.audience, method, path, time, nonce, bodyHash].join("\n");
    if (!verify(null, Buffer.from(text), key, Buffer.from(signature, "base64url"))) return false;
    return isFresh(nonce, now);
  }

  return (asked) => {
    const given = asked.headers["x-api-key"];
    if (given === undefined) return publicKeys.size > 0 && isSigned(asked);
    return keyHash !== undefined && typeof given === "string" && timingSafeEqual(sha256(given), keyHash);
  };
}

/** Hashes have one length, so comparing them tells nothing about it. */
function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function publicKey(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: "der", type: "spki" });
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
