import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, type KeyObject, randomBytes, sign } from "node:crypto";

/** How the sandbox knows who asks. */
export type SandboxCredentials =
  | { type: "key"; key: string }
  /** Ed25519; `seed` is its 32 bytes, `audience` the name under which the sandbox expects requests. */
  | { type: "signature"; keyId: string; seed: Uint8Array; audience: string };

type Request = { method: string; path: string; body: Uint8Array };

/** Gives each request its headers. */
export function authenticator(credentials: SandboxCredentials): (request: Request) => [name: string, value: string][] {
  if (credentials.type === "key") {
    const { key } = credentials;
    return () => [["X-Api-Key", key]];
  }
  const privateKey = privateKeyOf(credentials.seed);
  const { keyId, audience } = credentials;
  return ({ method, path, body }) => {
    const time = String(Math.floor(Date.now() / 1000));
    const nonce = randomBytes(16).toString("hex");
    const digest = createHash("sha256").update(body).digest("hex");
    const text = ["v1", audience, method, path, time, nonce, digest].join("\n");
    return [
      ["X-Sandbox-Key-Id", keyId],
      ["X-Sandbox-Time", time],
      ["X-Sandbox-Nonce", nonce],
      ["X-Sandbox-Signature", sign(null, Buffer.from(text, "utf8"), privateKey).toString("base64url")],
    ];
  };
}

/** What PKCS #8 writes before the seed of an Ed25519 key. @source RFC 8410 */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
}
