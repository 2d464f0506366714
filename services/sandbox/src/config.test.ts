import { describe, expect, it } from "vitest";
import { sandboxConfig } from "./config.ts";

describe("settings of the sandbox", () => {
  it("are those of the original, with a key of one's own", () => {
    expect(sandboxConfig({ API_KEY: "mine", MAX_WORKERS: "8", WORKER_TIMEOUT: "20" })).toMatchObject({
      API_KEY: "mine",
      MAX_WORKERS: 8,
      MAX_REQUESTS: 50,
      WORKER_TIMEOUT: 20,
      SANDBOX_PORT: 8194,
    });
    expect(sandboxConfig({ SANDBOX_API_KEY: "mine" }).API_KEY).toBe("mine");
  });

  it.each<[Record<string, string>, string]>([
    [{}, "API_KEY: set a key for callers, or SANDBOX_PUBLIC_KEYS"],
    [{ API_KEY: "dify-sandbox" }, "API_KEY: this key is known to everybody"],
    [{ API_KEY: "k", MAX_WORKERS: "many" }, "MAX_WORKERS: "],
    [{ API_KEY: "k", MAX_REQUESTS: "0" }, "MAX_REQUESTS: "],
    [{ SANDBOX_PUBLIC_KEYS: "one:c2hvcnQ=" }, "SANDBOX_PUBLIC_KEYS: each is a key id"],
  ])("refuse %j by name", (environment, message) => {
    expect(() => sandboxConfig(environment)).toThrow(message);
  });

  it("take public keys, which need no secret", () => {
    const key = Buffer.alloc(32, 7);
    const { SANDBOX_PUBLIC_KEYS } = sandboxConfig({ SANDBOX_PUBLIC_KEYS: `one:${key.toString("base64")}` });
    expect(SANDBOX_PUBLIC_KEYS).toEqual(new Map([["one", key]]));
  });
});
