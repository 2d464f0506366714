import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { publicPolicy } from "@diwan/egress";
import { createIdSource, DiwanError } from "@diwan/kernel";
import { type HttpScript, type HttpScripting, hasTestSandbox, startHttpServer, startTestSandbox } from "@diwan/testkit";
import { freePort } from "@diwan/testkit/services";
import { describe, expect, it } from "vitest";
import type { CodeProgram, CodeResult } from "../ports.ts";
import { createSandboxCodeRunner, type SandboxSettings } from "./sandbox-code-runner.ts";

const ids = createIdSource();
const program: CodeProgram = { language: "python3", code: "print(1)" };
const done = { code: 0, message: "success", data: { stdout: "1\n", stderr: "", error: "", exit_code: 0 } };

function runnerOn(endpoint: string, rest: Partial<SandboxSettings> = {}, workspaceId = ids.next()) {
  const timeouts = { connectMs: 1_000, readMs: 400, writeMs: 400 };
  const settings = { endpoint, credentials: { type: "key" as const, key: "k" }, timeouts, verifyTls: true, ...rest };
  return createSandboxCodeRunner(publicPolicy, settings)({ workspaceId } as never);
}

const run = (endpoint: string, rest: Partial<SandboxSettings> = {}, given = program) =>
  runnerOn(endpoint, rest).run(given, new AbortController().signal);

async function problemOf(work: Promise<CodeResult>): Promise<DiwanError> {
  const error = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DiwanError);
  return error as DiwanError;
}

async function answered(script: HttpScript | HttpScripting): Promise<DiwanError> {
  await using server = await startHttpServer(script);
  return await problemOf(run(server.url));
}

const json = (value: unknown): HttpScript => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

describe("a program's request", () => {
  it("is what sandboxes know, and says nothing of its workspace but that it is another", async () => {
    await using server = await startHttpServer(json(done));
    const [mine, theirs] = [ids.next(), ids.next()];
    const { signal } = new AbortController();
    for (const workspaceId of [mine, mine, theirs])
      await runnerOn(`${server.url}/`, {}, workspaceId).run(
        { ...program, allowedHosts: ["a.example"], timeoutMs: 9 },
        signal,
      );
    const [first, second, third] = server.requests;
    expect(first).toMatchObject({ method: "POST", path: "/v1/sandbox/run" });
    expect(first!.headers).toMatchObject({ "content-type": "application/json", "x-api-key": "k" });
    expect(JSON.parse(first!.body.toString())).toEqual({
      language: "python3",
      code: "print(1)",
      preload: "",
      enable_network: true,
      allowed_hosts: ["a.example"],
      timeout_ms: 9,
    });
    const partitions = [first, second, third].map((one) => one!.headers["x-sandbox-partition"]);
    expect(partitions[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(partitions[1]).toBe(partitions[0]);
    expect(partitions[2]).not.toBe(partitions[0]);
    expect(partitions[0]).not.toContain(mine.slice(0, 8));
  });

  it("asks for no limits that its step does not have", async () => {
    await using server = await startHttpServer(json(done));
    await run(server.url);
    expect(Object.keys(JSON.parse(server.requests[0]!.body.toString()) as object)).toEqual([
      ...["language", "code", "preload", "enable_network"],
    ]);
  });

  it("goes over connections that are kept, and are as many as the operator says", async () => {
    const server = createServer((_request, response) => setTimeout(() => response.end(JSON.stringify(done)), 20));
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const runner = runnerOn(endpoint, { connections: { maxPerServer: 2, keepAliveMs: 4_000 } });
    const runs = Array.from({ length: 6 }, () => runner.run(program, new AbortController().signal));
    expect(await Promise.all(runs)).toHaveLength(6);
    expect(connections).toBe(2);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("a program's answer", () => {
  it("is all that the sandbox says of it", async () => {
    const data = { stdout: "a", stderr: "b", error: "process exited with code 3\nb", exit_code: 3, memory_bytes: 7 };
    await using server = await startHttpServer(json({ ...done, data }));
    expect(await run(server.url)).toEqual({
      stdout: "a",
      stderr: "b",
      error: "process exited with code 3\nb",
      exitCode: 3,
      elapsedMs: expect.any(Number),
      memoryBytes: 7,
    });
  });

  it("is read of older sandboxes too, which say less", async () => {
    await using server = await startHttpServer(json({ ...done, data: { stdout: "a", error: "" } }));
    expect(await run(server.url)).toMatchObject({ stdout: "a", stderr: "", error: "", exitCode: 0, memoryBytes: null });
  });

  it.each<[string, HttpScript, string, RegExp]>([
    [
      "busy",
      { status: 503, body: JSON.stringify({ code: -503, message: "Too many requests", data: null }) },
      "busy",
      /Too many requests.*MAX_WORKERS/,
    ],
    ["busy behind a proxy", { status: 503, body: "no" }, "busy", /status 503/],
    ["a wrong key", { status: 401 }, "key-refused", /CODE_EXECUTION_API_KEY.*SANDBOX_PUBLIC_KEYS/],
    [
      "too much",
      { status: 413, body: JSON.stringify({ code: -400, message: "large", data: null }) },
      "program-too-large",
      /larger/,
    ],
    [
      "a refusal",
      json({ code: -400, message: "unsupported language", data: null }),
      "refused",
      /code -400.*unsupported language/,
    ],
    [
      "a refusal by status",
      { status: 400, body: JSON.stringify({ code: -400, message: "no", data: null }) },
      "refused",
      /-400/,
    ],
    ["another service", { status: 404, body: "404 page not found" }, "status", /status 404.*CODE_EXECUTION_ENDPOINT/],
    ["no JSON", { body: "<html>" }, "answer-invalid", /begins with "<html>"/],
    ["another JSON", { body: '{"ok": true}' }, "answer-invalid", /CODE_EXECUTION_ENDPOINT/],
    ["no result", json({ code: 0, message: "success", data: null }), "answer-invalid", /cannot be read/],
  ])("can be none: %s", async (_, script, code, sentence) => {
    const problem = await answered(script);
    expect(problem).toMatchObject({ code: `sandbox.${code}`, message: expect.stringMatching(sentence) });
  });

  it("never comes where nobody listens, where it takes too long, and where the connection breaks", async () => {
    const nobody = await problemOf(run(`http://127.0.0.1:${await freePort()}`));
    expect(nobody).toMatchObject({ code: "sandbox.unreachable", kind: "dependency" });
    expect(nobody.message).toMatch(/nothing listens at its address.*CODE_EXECUTION_ENDPOINT/);
    expect(await answered({ delayMs: 5_000 })).toMatchObject({
      code: "sandbox.unreachable",
      message: expect.stringMatching(/did not answer within 0\.4 seconds/),
    });
    expect(await answered({ body: "abc", cutAfter: 1 })).toMatchObject({ code: "sandbox.unreachable" });
  });

  it("is not waited for once the step is told to stop", async () => {
    await using server = await startHttpServer({ delayMs: 5_000 });
    const abort = new AbortController();
    const running = runnerOn(server.url, { timeouts: { connectMs: 0, readMs: 0, writeMs: 0 } }).run(
      program,
      abort.signal,
    );
    setTimeout(() => abort.abort(new Error("stopped")), 50);
    await expect(running).rejects.toThrow("stopped");
  });

  it("does not exist without a sandbox", async () => {
    const runner = createSandboxCodeRunner(publicPolicy, undefined)({ workspaceId: ids.next() });
    const problem = await problemOf(runner.run(program, new AbortController().signal));
    expect(problem).toMatchObject({ code: "sandbox.not-configured", message: expect.stringMatching(/administrator/) });
  });
});

describe.skipIf(!hasTestSandbox())("a signed request (needs python3 with Jinja2 3.1.6)", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const seed = Buffer.from(privateKey.export({ format: "jwk" }).d!, "base64url");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url");
  const signature = (rest: object = {}) => ({
    credentials: { type: "signature" as const, keyId: "2026-11", seed, audience: "sandbox", ...rest },
    timeouts: { connectMs: 5_000, readMs: 10_000, writeMs: 5_000 },
  });

  it("is known by the key's public half", async () => {
    await using sandbox = await startTestSandbox({ publicKeys: { "2026-11": raw } });
    expect(await run(sandbox.url, signature())).toMatchObject({ stdout: "1\n", error: "" });
    expect(sandbox.requests[0]!.headers["x-api-key"]).toBeUndefined();
  });

  it.each([
    ["another key", { seed: Buffer.alloc(32, 7) }],
    ["another key id", { keyId: "2026-10" }],
    ["another audience", { audience: "runner" }],
  ])("of %s is refused", async (_, rest) => {
    await using sandbox = await startTestSandbox({ publicKeys: { "2026-11": raw } });
    expect(await problemOf(run(sandbox.url, signature(rest)))).toMatchObject({ code: "sandbox.key-refused" });
    expect(sandbox.requests).toEqual([]);
  });
});
