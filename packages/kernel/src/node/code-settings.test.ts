import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { codeLimitsOf, codeRule, codeSettings, sandboxOf } from "./code-settings.ts";
import { readConfig } from "./config.ts";

const seed = Buffer.alloc(32, 7).toString("base64");
const read = (environment: Record<string, string>) => readConfig(codeSettings, environment, [], codeRule);
const endpoint = { CODE_EXECUTION_ENDPOINT: "http://sandbox:8194" };

describe("the sandbox", () => {
  it("is known by a key, or by a signature where there is no key", () => {
    expect(sandboxOf(read({ ...endpoint, CODE_EXECUTION_API_KEY: "k", DIWAN_SIGNING_KEY: `a:${seed}` }))).toEqual({
      endpoint: "http://sandbox:8194",
      credentials: { type: "key", key: "k" },
      timeouts: { connectMs: 10_000, readMs: 60_000, writeMs: 10_000 },
      verifyTls: true,
      connections: { connectMs: 10_000, maxPerServer: 100, keepAliveMs: 5_000 },
    });
    const signed = sandboxOf(read({ ...endpoint, DIWAN_SIGNING_KEY: `2026-11:${seed}`, SANDBOX_AUDIENCE: "mine" }));
    expect(signed?.credentials).toMatchObject({ type: "signature", keyId: "2026-11", audience: "mine" });
    expect(signed?.credentials).toHaveProperty("seed", Buffer.alloc(32, 7));
  });

  it("is none where nobody names one", () => {
    expect(sandboxOf(read({}))).toBeUndefined();
    expect(sandboxOf(read({ CODE_EXECUTION_API_KEY: "k" }))).toBeUndefined();
  });
});

it("the limits of results are numbers of the operator's, exact beyond what a double holds", () => {
  expect(codeLimitsOf(read({ CODE_MAX_NUMBER: "9223372036854775806", CODE_MAX_DEPTH: "7" }))).toMatchObject({
    maxNumber: 9_223_372_036_854_775_806n,
    minNumber: -9_223_372_036_854_775_807n,
    maxDepth: 7,
  });
});

it.each<[string, Record<string, string>, RegExp]>([
  ["an endpoint that is no address", { CODE_EXECUTION_ENDPOINT: "sandbox:8194" }, /CODE_EXECUTION_ENDPOINT: .*example/],
  ["an endpoint that nobody may ask", endpoint, /CODE_EXECUTION_API_KEY: CODE_EXECUTION_ENDPOINT needs it/],
  ["a signing key without its id", { DIWAN_SIGNING_KEY: seed }, /DIWAN_SIGNING_KEY: .*32 bytes in base64/],
  ["a signing key that is too short", { DIWAN_SIGNING_KEY: "a:AAAA" }, /DIWAN_SIGNING_KEY: /],
  ["a time-out that is no number", { CODE_EXECUTION_READ_TIMEOUT: "soon" }, /CODE_EXECUTION_READ_TIMEOUT: /],
  ["a limit of nothing", { CODE_MAX_STRING_LENGTH: "0" }, /CODE_MAX_STRING_LENGTH: /],
  ["a number that is none", { CODE_MAX_NUMBER: "1e9" }, /CODE_MAX_NUMBER: is no whole number/],
  [
    "limits that leave no number",
    { CODE_MAX_NUMBER: "1", CODE_MIN_NUMBER: "2" },
    /CODE_MIN_NUMBER: is more than CODE_/,
  ],
])("%s is refused by its name", (_, environment, sentence) => {
  expect(() => read(environment)).toThrow(sentence);
});
