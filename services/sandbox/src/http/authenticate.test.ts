import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { expect, it } from "vitest";
import { createAuthentication } from "./authenticate.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
const NOW = 1_800_000_000;
const body = Buffer.from('{"language":"python3","code":"1"}');
const asked = { method: "POST", path: "/v1/sandbox/run?x=1", body };

function signed(change: Partial<Record<"audience" | "path" | "time" | "nonce" | "keyId" | "body", string>> = {}) {
  const time = change.time ?? String(NOW);
  const nonce = change.nonce ?? randomBytes(16).toString("hex");
  const hash = createHash("sha256")
    .update(change.body ?? body)
    .digest("hex");
  const text = ["v1", change.audience ?? "sandbox", "POST", change.path ?? asked.path, time, nonce, hash].join("\n");
  return {
    "x-sandbox-key-id": change.keyId ?? "one",
    "x-sandbox-time": time,
    "x-sandbox-nonce": nonce,
    "x-sandbox-signature": sign(null, Buffer.from(text), privateKey).toString("base64url"),
  };
}

const authentication = (apiKey?: string) =>
  createAuthentication({ apiKey, publicKeys: new Map([["one", raw]]), audience: "sandbox", now: () => NOW });

it("takes a request that was signed for it, once", () => {
  const isCaller = authentication();
  const headers = signed();
  expect(isCaller({ ...asked, headers })).toBe(true);
  expect(isCaller({ ...asked, headers })).toBe(false);
  expect(isCaller({ ...asked, headers: signed() })).toBe(true);
});

it.each<[string, Parameters<typeof signed>[0]]>([
  ["another audience", { audience: "another" }],
  ["another path", { path: "/v1/sandbox/dependencies" }],
  ["another body", { body: "{}" }],
  ["an old time", { time: String(NOW - 61) }],
  ["a time to come", { time: String(NOW + 61) }],
  ["no time", { time: "now" }],
  ["a short nonce", { nonce: "abcd" }],
  ["an unknown key", { keyId: "two" }],
])("refuses a signature with %s", (_, change) => {
  expect(authentication()({ ...asked, headers: signed(change) })).toBe(false);
});

it("takes a key or a signature, and nothing where neither fits", () => {
  const isCaller = authentication("secret");
  expect(isCaller({ ...asked, headers: { "x-api-key": "secret" } })).toBe(true);
  expect(isCaller({ ...asked, headers: { "x-api-key": "secret2" } })).toBe(false);
  expect(isCaller({ ...asked, headers: signed() })).toBe(true);
  expect(isCaller({ ...asked, headers: {} })).toBe(false);
  // A wrong key beside a good signature: each request uses one way.
  expect(isCaller({ ...asked, headers: { ...signed(), "x-api-key": "wrong" } })).toBe(false);
  expect(authentication()({ ...asked, headers: { "x-api-key": "" } })).toBe(false);
});
