import { createHash, createPublicKey, verify } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { jinjaPython } from "./jinja-python.ts";
import { type ProgramEnd, runProgram } from "./run-program.ts";

export type SandboxRequest = { headers: IncomingHttpHeaders; body: Record<string, unknown> };

export type TestSandbox = AsyncDisposable & {
  url: string;
  key: string;
  /** What processes are told of it. */
  settings: Record<string, string>;
  /** Programs so far; none are known of a service that was there before. */
  requests: readonly SandboxRequest[];
};

type Options = {
  timeoutMs?: number;
  /** By key id: raw Ed25519 public keys of those who sign. */
  publicKeys?: Readonly<Record<string, Uint8Array>>;
  /** Programs at work or waiting; further ones are refused. */
  maxRequests?: number;
};

const KEY = "the key of the sandbox for tests";
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");
const MAX_AT_WORK = 2;

/** The sandbox service that `DIWAN_TEST_SANDBOX_URL` names, or else a stand-in that runs trusted programs on this machine. */
export async function openTestSandbox(): Promise<TestSandbox> {
  const url = process.env["DIWAN_TEST_SANDBOX_URL"];
  if (url === undefined) return startTestSandbox();
  const key = process.env["DIWAN_TEST_SANDBOX_KEY"] ?? "";
  return { url, key, settings: settingsFor(url, key), requests: [], [Symbol.asyncDispose]: async () => {} };
}

/** Whether programs can be run: by a service, or by a Python with Jinja2 on this machine. */
export function hasTestSandbox(): boolean {
  return process.env["DIWAN_TEST_SANDBOX_URL"] !== undefined || jinjaPython() !== undefined;
}

/** A stand-in on loopback that speaks as the sandbox service does. It isolates nothing: for programs of tests only. */
export async function startTestSandbox({
  timeoutMs = 5_000,
  publicKeys = {},
  maxRequests = 50,
}: Options = {}): Promise<TestSandbox> {
  const requests: SandboxRequest[] = [];
  const places = new Places(MAX_AT_WORK);
  let inFlight = 0;
  const server = createServer((request, response) => {
    const answer = async () => {
      const body = await bodyOf(request);
      if (request.method === "GET" && request.url === "/health") return send(response, 200, "ok");
      if (request.method !== "POST" || request.url !== "/v1/sandbox/run")
        return sendText(response, 404, "404 page not found");
      if (!isKnown(request, body, publicKeys)) return sendText(response, 401, "");
      if (inFlight >= maxRequests) return send(response, 503, failure(-503, "Too many requests"));
      inFlight += 1;
      try {
        const given = JSON.parse(body.toString("utf8")) as Record<string, unknown>;
        requests.push({ headers: request.headers, body: given });
        const gone = new AbortController();
        response.on("close", () => gone.abort());
        const limitMs = Math.min(timeoutMs, Number(given["timeout_ms"] ?? timeoutMs));
        const end = await places.use(() => runGiven(given, limitMs, gone.signal));
        if (end === undefined) send(response, 400, failure(-400, "unsupported language"));
        else send(response, 200, { code: 0, message: "success", data: end });
      } finally {
        inFlight -= 1;
      }
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    key: KEY,
    settings: settingsFor(url, KEY),
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function settingsFor(url: string, key: string): Record<string, string> {
  return { CODE_EXECUTION_ENDPOINT: url, CODE_EXECUTION_API_KEY: key };
}

async function runGiven(
  { language, code }: Record<string, unknown>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProgramEnd | undefined> {
  if (language !== "python3" && language !== "nodejs") return undefined;
  const command = language === "python3" ? jinjaPython() : process.execPath;
  if (command === undefined) throw new Error("There is no Python with Jinja2 here.");
  return runProgram(command, language, String(code), { timeoutMs, signal });
}

/** As many at a time, the others in their order. */
class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async use<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

/** @source the sandbox contract, authentication */
function isKnown(request: IncomingMessage, body: Buffer, publicKeys: NonNullable<Options["publicKeys"]>): boolean {
  const header = (name: string) => String(request.headers[name] ?? "");
  const publicKey = publicKeys[header("x-sandbox-key-id")];
  if (publicKey === undefined) return header("x-api-key") === KEY;
  const [time, nonce] = [header("x-sandbox-time"), header("x-sandbox-nonce")];
  if (Math.abs(Date.now() / 1000 - Number(time)) > 60 || !/^[0-9a-f]{32}$/.test(nonce)) return false;
  const digest = createHash("sha256").update(body).digest("hex");
  const text = `v1\nsandbox\n${request.method}\n${request.url}\n${time}\n${nonce}\n${digest}`;
  const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, publicKey]), format: "der", type: "spki" });
  return verify(null, Buffer.from(text), key, Buffer.from(header("x-sandbox-signature"), "base64url"));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function failure(code: number, message: string) {
  return { code, message, data: null };
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(value));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain" }).end(text);
}
