import type { HttpResponse, HttpTimeouts } from "@diwan/egress";
import { DiwanError } from "@diwan/kernel";
import {
  defineNode,
  fail,
  fillTemplate,
  fillTemplateForLog,
  type NodeContext,
  type Outcome,
  succeed,
  type Value,
} from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";
import { stepErrorOf } from "../step-error.ts";
import { encodeBody } from "./encode-body.ts";
import { hasHeader, headersIn } from "./header-lines.ts";
import type { HttpLimits } from "./limits.ts";
import { type Outgoing, outgoing } from "./outgoing.ts";
import { type Received, readResponse } from "./read-response.ts";
import { requestLog } from "./request-log.ts";
import { type Resolved, resolve } from "./resolve.ts";
import { HttpRequestSettings } from "./settings.ts";
import { StepProblem } from "./step-problem.ts";

type Context = NodeContext<HttpRequestSettings>;

/** @source the operations contract, egress policy: each redirect is a new decision */
const MAX_REDIRECTS = 5;

/** Sends one HTTP request. An answer of any status is a success, unless the author planned for failures. */
export const httpRequestNode = defineNode<NodePorts, HttpRequestSettings>({
  type: "http-request",
  version: 1,
  kind: "executable",
  settings: HttpRequestSettings,
  needs: ["http", "httpLimits", "files"],
  hasOutsideEffects: true,
  retryable: true,
  async run(context, ports) {
    const { settings, variables, signal } = context;
    const resolved = resolve(settings, variables, (template) => fillTemplate(template, variables));
    const shown = resolve(settings, variables, (template) => fillTemplateForLog(template, variables));
    const added = idempotencyHeader(resolved, context.attemptId);
    const record = { processData: { request: requestLog(shown, added) } };
    try {
      const request = outgoing(resolved);
      const response = await send(context, ports, { ...request, headers: [...request.headers, ...added] });
      if (isFailure(response, settings)) {
        await leave(response);
        throw new StepProblem("HTTPResponseCodeError", `Request failed with status code ${response.status}`);
      }
      const received = await readResponse(response, request.method, ports.httpLimits);
      return succeed(await outputsOf(response, received, context, ports), record);
    } catch (error) {
      signal.throwIfAborted();
      return failure(error, record);
    }
  },
});

/** Whoever receives it can tell a repetition of the same attempt from a new request. */
function idempotencyHeader({ method, headers, authorization }: Resolved, attemptId: string): [string, string][] {
  if (method === "get" || method === "head") return [];
  const name = "Idempotency-Key";
  const isOwn = hasHeader(headersIn(headers), name) || authorization?.header.toLowerCase() === name.toLowerCase();
  return isOwn ? [] : [[name, attemptId]];
}

async function send({ settings, signal }: Context, ports: NodePorts, request: Outgoing): Promise<HttpResponse> {
  const { method, url, credentialHeaders } = request;
  const { headers, body } = await encodeBody(request, ports.files, signal);
  return ports.http.send({
    method,
    url,
    headers,
    credentialHeaders,
    body,
    timeouts: timeoutsOf(settings, ports.httpLimits),
    maxRedirects: MAX_REDIRECTS,
    verifyTls: settings.ssl_verify ?? ports.httpLimits.verifyTls,
    signal,
  });
}

function timeoutsOf({ timeout }: HttpRequestSettings, limits: HttpLimits): HttpTimeouts {
  const atMost = (seconds: number | undefined, limitMs: number) =>
    seconds === undefined ? limitMs : Math.min(Math.ceil(seconds * 1000), limitMs);
  return {
    connectMs: atMost(timeout?.connect, limits.connectMs),
    readMs: atMost(timeout?.read, limits.readMs),
    writeMs: atMost(timeout?.write, limits.writeMs),
    // A server that drips never keeps anybody waiting for one part; what the operator allows in all still ends it.
    totalMs: limits.connectMs + limits.readMs + limits.writeMs,
  };
}

function isFailure({ status }: HttpResponse, { error_strategy, retry_config }: HttpRequestSettings): boolean {
  const isPlannedFor = (error_strategy ?? "") !== "" || retry_config?.retry_enabled === true;
  return isPlannedFor && (status < 200 || status > 299);
}

async function leave({ body }: HttpResponse): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

async function outputsOf(
  response: HttpResponse,
  received: Received,
  { attemptId }: Context,
  { files }: NodePorts,
): Promise<Record<string, Value>> {
  const { status, headers } = response;
  const common = { status_code: status, headers: headerValues(headers) };
  if (received.kind === "text") return { ...common, body: received.text, files: [] };
  const { name, mimeType, bytes } = received;
  return { ...common, body: "", files: [await files.save({ id: attemptId, name, mimeType, bytes })] };
}

/** Headers that come several times are joined as HTTP allows. */
function headerValues(headers: HttpResponse["headers"]): Record<string, Value> {
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(values);
}

function failure(error: unknown, record: { processData: Record<string, Value> }): Outcome {
  if (error instanceof StepProblem) return fail(error.stepError, record);
  if (!(error instanceof DiwanError)) throw error;
  const type = error.code === "egress.blocked" ? "EgressBlockedError" : "HttpRequestNodeError";
  return fail(stepErrorOf(error, type), record);
}
