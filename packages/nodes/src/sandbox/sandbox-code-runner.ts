import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import {
  createGuardedHttpClient,
  type EgressPolicy,
  type GuardedHttpClientSettings,
  type HttpResponse,
  type HttpTimeouts,
} from "@diwan/egress";
import { DiwanError, type WorkspaceScope } from "@diwan/kernel";
import { z } from "zod";
import type { CodeProgram, CodeResult, CodeRunner } from "../ports.ts";
import { authenticator, type SandboxCredentials } from "./credentials.ts";
import { SandboxErrors } from "./errors.ts";

export type SandboxSettings = {
  /** Address of the service, without `/v1`. */
  endpoint: string;
  credentials: SandboxCredentials;
  timeouts: Omit<HttpTimeouts, "totalMs">;
  verifyTls: boolean;
  connections?: GuardedHttpClientSettings["kept"];
};

/** Two streams of 4 MiB and the second of them again as the error, each character up to six bytes long. */
const MAX_ANSWER_BYTES = 80 * 1024 * 1024;
/** Of an answer that is none. */
const QUOTED_CHARACTERS = 200;

const Answer = z.object({
  code: z.number(),
  message: z.string(),
  data: z
    .object({
      stdout: z.string().nullish(),
      stderr: z.string().nullish(),
      error: z.string().nullish(),
      exit_code: z.number().nullish(),
      memory_bytes: z.number().nullish().catch(null),
    })
    .nullish(),
});

/**
 * Runs programs in a sandbox service, which lies in the operator's own network.
 *
 * @param settings  Undefined where there is no sandbox: then nothing can be run.
 * @returns A runner for each workspace; the sandbox keeps what it runs for one apart from what it runs for others.
 * @source the sandbox contract
 */
export function createSandboxCodeRunner(
  policy: EgressPolicy,
  settings: SandboxSettings | undefined,
): (scope: WorkspaceScope) => CodeRunner {
  if (settings === undefined) return () => ({ run: () => Promise.reject(SandboxErrors["not-configured"]()) });
  const { connections } = settings;
  const http = createGuardedHttpClient({
    profile: "platform",
    policy,
    ...(connections === undefined ? {} : { kept: connections }),
  });
  const url = `${settings.endpoint.replace(/\/+$/, "")}/v1/sandbox/run`;
  const { pathname: path } = new URL(url);
  const { connectMs, readMs, writeMs } = settings.timeouts;
  const authenticate = authenticator(settings.credentials);
  return ({ workspaceId }) => {
    const partition = partitionOf(workspaceId);
    return {
      async run(program, signal) {
        const body = Buffer.from(JSON.stringify(requestOf(program)), "utf8");
        const startedAt = performance.now();
        try {
          const response = await http.send({
            method: "POST",
            url,
            headers: [
              ["Content-Type", "application/json"],
              ["X-Sandbox-Partition", partition],
              ...authenticate({ method: "POST", path, body }),
            ],
            body,
            timeouts: { connectMs, readMs, writeMs, totalMs: connectMs + readMs + writeMs },
            maxRedirects: 0,
            verifyTls: settings.verifyTls,
            signal,
          });
          return resultOf(response.status, await textOf(response), () => performance.now() - startedAt);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof DiwanError) || !error.code.startsWith("egress.")) throw error;
          throw SandboxErrors.unreachable({ reason: error.message }, { cause: error });
        }
      },
    };
  };
}

function requestOf({ language, code, allowedHosts, timeoutMs }: CodeProgram) {
  return {
    language,
    code,
    preload: "",
    enable_network: true,
    ...(allowedHosts === undefined ? {} : { allowed_hosts: allowedHosts }),
    ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }),
  };
}

/** Tells workspaces apart, and not which they are. */
function partitionOf(workspaceId: string): string {
  return createHash("sha256").update(`sandbox partition ${workspaceId}`).digest("hex").slice(0, 32);
}

async function textOf({ body }: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      throw SandboxErrors["answer-invalid"]({ problem: `it is longer than ${MAX_ANSWER_BYTES} bytes` });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function resultOf(status: number, text: string, elapsed: () => number): CodeResult {
  const parsed = status === 401 ? undefined : Answer.safeParse(jsonIn(text)).data;
  if (status === 503) throw SandboxErrors.busy({ problem: parsed?.message ?? "status 503" });
  if (status === 401) throw SandboxErrors["key-refused"]();
  if (status === 413) throw SandboxErrors["program-too-large"]();
  if (parsed !== undefined && parsed.code !== 0) {
    throw SandboxErrors.refused({ code: parsed.code, problem: parsed.message });
  }
  if (status !== 200) throw SandboxErrors.status({ status });
  if (parsed?.data == null) {
    throw SandboxErrors["answer-invalid"]({
      problem: `it begins with ${JSON.stringify(text.slice(0, QUOTED_CHARACTERS))}`,
    });
  }
  const { stdout, stderr, error, exit_code, memory_bytes } = parsed.data;
  return {
    stdout: stdout ?? "",
    stderr: stderr ?? "",
    error: error ?? "",
    exitCode: exit_code ?? 0,
    elapsedMs: elapsed(),
    memoryBytes: memory_bytes ?? null,
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
