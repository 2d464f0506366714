import { isLanguage } from "../core/languages.ts";
import { Busy } from "../core/scheduler.ts";
import type { Sandbox } from "../sandbox.ts";
import { type Answer, fail, succeed } from "./envelope.ts";
import { booleanField, readFields, textField } from "./read-fields.ts";
import type { RequestFor, Route } from "./server.ts";

export type RouteNeeds = {
  sandbox: Sandbox;
  maxCodeBytes: number;
  /** Packages that a Python program can import, beyond the standard library. */
  packages: readonly { name: string; version: string }[];
  /** What is not as it must be for programs to run; empty when all is well. */
  problems(): readonly string[];
  isWarm(): boolean;
};

const PLAIN_TEXT = "text/plain; charset=utf-8";

export function sandboxRoutes(needs: RouteNeeds): Readonly<Record<string, Route>> {
  return {
    "GET /health": async () => ({ status: 200, type: "application/json; charset=utf-8", body: '"ok"' }),
    "GET /ready": async () => ready(needs.isWarm() ? needs.problems() : ["not warm yet", ...needs.problems()]),
    "POST /v1/sandbox/run": (request) => run(needs, request),
    "GET /v1/sandbox/dependencies": async (request) => dependencies(needs, request),
    "GET /v1/sandbox/dependencies/refresh": async (request) => dependencies(needs, request),
    "POST /v1/sandbox/dependencies/update": async (request) => ofPython(request) ?? succeed({}),
  };
}

function ready(problems: readonly string[]): Answer {
  const body = problems.length === 0 ? { ready: true } : { ready: false, failed: problems };
  return { status: problems.length === 0 ? 200 : 503, type: "application/json", body: JSON.stringify(body) };
}

async function run({ sandbox, maxCodeBytes, problems }: RouteNeeds, request: RequestFor): Promise<Answer> {
  try {
    using _admitted = sandbox.admit();
    const fields = readFields(request.headers["content-type"], request.body, request.query);
    if (!fields.ok) return refuse(fields.isStrict, fields.message);
    const isStrict = request.headers["content-type"] === "application/json";
    const language = textField(fields.values, "language");
    if (language instanceof Error) return refuse(isStrict, language.message);
    const code = textField(fields.values, "code");
    if (code instanceof Error) return refuse(isStrict, code.message);
    const network = booleanField(fields.values, "enable_network");
    if (network instanceof Error) return refuse(isStrict, network.message);
    if (!isLanguage(language)) return fail(400, -400, "unsupported language");
    if (Buffer.byteLength(code) > maxCodeBytes) return fail(413, -400, "The program is too large.");
    const [problem] = problems();
    if (problem !== undefined) return fail(503, -503, problem);
    const timeoutMs = timeoutOf(fields.values["timeout_ms"]);
    if (timeoutMs instanceof Error) return refuse(isStrict, timeoutMs.message);
    const partition = request.headers["x-sandbox-partition"];
    const program = { language, code, partition: String(partition ?? ""), timeoutMs };
    const { memory_bytes, ...data } = await sandbox.run(program, request.signal);
    // Callers of ours name a partition; others get what they know.
    return succeed(partition === undefined ? data : { ...data, memory_bytes });
  } catch (error) {
    if (error instanceof Busy) return fail(503, -503, error.message);
    throw error;
  }
}

function timeoutOf(value: unknown): number | undefined | Error {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  return new Error("Field 'timeout_ms' must be a number of milliseconds above 0");
}

function dependencies({ packages }: RouteNeeds, request: RequestFor): Answer {
  return ofPython(request) ?? succeed({ dependencies: packages });
}

/** An answer that refuses any other language. */
function ofPython({ headers, body, query }: RequestFor): Answer | undefined {
  const fields = readFields(headers["content-type"], body, query);
  const values = { ...(fields.ok ? fields.values : {}), ...Object.fromEntries(query) };
  const language = textField(values, "language");
  if (language instanceof Error) return fail(200, -400, language.message);
  return language === "python3" ? undefined : fail(400, -400, "unsupported language");
}

function refuse(isStrict: boolean, message: string): Answer {
  return isStrict ? fail(400, -400, message, PLAIN_TEXT) : fail(200, -400, message);
}
