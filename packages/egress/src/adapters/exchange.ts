import { Readable } from "node:stream";
import { DiwanError } from "@diwan/kernel";
import { Agent, buildConnector, Client, type Dispatcher } from "undici";
import { connectionProblem } from "../connection-problem.ts";
import { EgressErrors } from "../errors.ts";
import { type HttpRequest, type HttpResponse, headerOf } from "../http-client.ts";
import { decodeBody, encodingsOf } from "./decode-body.ts";
import { checkTarget, type GuardSettings, guardedLookup, targetOf } from "./guard.ts";
import { headersToSend } from "./request-headers.ts";
import { StallWatch } from "./stall-watch.ts";

/** One request and its answer, redirects as they come. */
export type Exchange = (request: HttpRequest, url: URL, leftMs: number) => Promise<Answer>;

export type Answer = HttpResponse & {
  /** For an answer whose body nobody wants. */
  discard(): void;
};

/** Heads may hold long cookies and tokens; four times what Node takes by itself. */
const MAX_HEAD_BYTES = 64 * 1024;
/** A part of the request that is handed over at once. */
const SLICE_BYTES = 64 * 1024;
/** For one of several addresses, before the next is tried. */
const ADDRESS_MS = 1_000;
/** @source the operations contract, egress policy: limits.connect_seconds */
const KEPT_CONNECT_MS = 10_000;

const common = { headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: MAX_HEAD_BYTES };
const addresses = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: ADDRESS_MS };

/**
 * A connection for each request: nothing of one author's is left on it for another, and every request is looked up,
 * decided and connected anew.
 */
export function freshExchange(guard: GuardSettings): Exchange {
  return (request, url, leftMs) => {
    const target = targetOf(request, url);
    checkTarget(guard, target);
    const watch = new StallWatch(target.host, request.timeouts, leftMs, request.signal);
    const connect = buildConnector({
      ...addresses,
      allowH2: false,
      timeout: 0,
      rejectUnauthorized: request.verifyTls,
      lookup: guardedLookup(guard, target),
    });
    const client = new Client(url.origin, {
      ...common,
      pipelining: 0,
      connect: (options, callback) =>
        connect(options, (...connected) => {
          watch.wait(isLarge(request.body) ? "write" : "read");
          callback(...connected);
        }),
    });
    watch.wait("connect");
    return exchange(client, request, url, watch, () => client.destroy().catch(() => {}));
  };
}

export type KeptConnections = {
  /** Until a new one stands. */
  connectMs?: number;
  /** To one server at a time; further requests wait for one of them. Any number where it is left out. */
  maxPerServer?: number;
  /** For how long an idle one is kept, where the server does not say less. */
  keepAliveMs?: number;
};

/** Connections that are kept and shared, for what the product itself calls often. Addresses are checked as they are made. */
export function keptExchange(guard: GuardSettings, kept: KeptConnections = {}): Exchange {
  const { connectMs = KEPT_CONNECT_MS, maxPerServer, keepAliveMs } = kept;
  const agents = new Map<string, Agent>();
  const agentFor = (scheme: string, port: number, verifyTls: boolean): Agent => {
    const key = `${scheme} ${port} ${verifyTls}`;
    let agent = agents.get(key);
    if (agent === undefined) {
      const lookup = guardedLookup(guard, { method: "POST", scheme, port, asker: {} });
      agent = new Agent({
        ...common,
        ...(maxPerServer === undefined ? {} : { connections: maxPerServer }),
        ...(keepAliveMs === undefined ? {} : { keepAliveTimeout: keepAliveMs }),
        connect: { ...addresses, timeout: connectMs, rejectUnauthorized: verifyTls, lookup },
      });
      agents.set(key, agent);
    }
    return agent;
  };
  return (request, url, leftMs) => {
    const target = targetOf(request, url);
    checkTarget(guard, target);
    const { readMs, totalMs } = request.timeouts;
    const watch =
      readMs > 0 || totalMs > 0 ? new StallWatch(target.host, request.timeouts, leftMs, request.signal) : undefined;
    watch?.wait("read");
    return exchange(agentFor(target.scheme, target.port, request.verifyTls), request, url, watch, () => {});
  };
}

async function exchange(
  dispatcher: Dispatcher,
  request: HttpRequest,
  url: URL,
  watch: StallWatch | undefined,
  close: () => void,
): Promise<Answer> {
  const host = url.hostname;
  const end = () => {
    watch?.done();
    close();
  };
  const broken = (error: unknown): unknown => {
    end();
    return request.signal.aborted ? request.signal.reason : egressError(error, host);
  };
  try {
    const options: Dispatcher.RequestOptions = {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method as Dispatcher.HttpMethod,
      signal: watch?.signal ?? request.signal,
      responseHeaders: "raw",
      ...outgoing(request, url, watch),
    };
    const { statusCode, headers, body } = await dispatcher.request(options);
    const answer = { status: statusCode, headers: pairsOf(headers as unknown as string[]), url: addressOf(url) };
    const discard = () => {
      body.on("error", () => {}).destroy();
      end();
    };
    return { ...answer, body: read(partsOf(body, request.method, answer), watch, { end, discard, broken }), discard };
  } catch (error) {
    throw broken(error);
  }
}

function outgoing({ headers, body }: HttpRequest, url: URL, watch: StallWatch | undefined) {
  const sent = headersToSend(headers, url).flat();
  if (!isLarge(body)) return { headers: sent, body: body ?? null };
  return { headers: [...sent, "content-length", String(body.length)], body: Readable.from(slices(body, watch)) };
}

function isLarge(body: Uint8Array | undefined): body is Uint8Array {
  return body !== undefined && body.length > SLICE_BYTES;
}

/** Hands a large body over bit by bit, so that a reader who stalls is noticed. */
async function* slices(body: Uint8Array, watch: StallWatch | undefined): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < body.length; from += SLICE_BYTES) {
    watch?.wait("write");
    yield body.subarray(from, from + SLICE_BYTES);
  }
  watch?.wait("read");
}

function pairsOf(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let place = 0; place < raw.length; place += 2) pairs.push([raw[place]!.toLowerCase(), raw[place + 1]!]);
  return pairs;
}

function addressOf(url: URL): string {
  if (url.username === "" && url.password === "") return url.href;
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  return shown.href;
}

function partsOf(body: Readable, method: string, answer: Pick<HttpResponse, "status" | "headers">) {
  const encodings = encodingsOf(headerOf(answer, "content-encoding"));
  const bodiless = method === "HEAD" || answer.status === 204 || answer.status === 304;
  return encodings === undefined || bodiless ? body : decodeBody(body, encodings);
}

/** Runs for every part of every model's answer: no generator stands between the reader and the connection. */
function read(
  parts: AsyncIterable<Uint8Array>,
  watch: StallWatch | undefined,
  { end, discard, broken }: { end(): void; discard(): void; broken(error: unknown): unknown },
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const inner = parts[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            watch?.wait("read");
            const result = await inner.next();
            if (result.done === true) end();
            else watch?.rest();
            return result;
          } catch (error) {
            throw broken(error);
          }
        },
        async return() {
          await inner.return?.();
          discard();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** A refusal or a timeout of ours, wherever it hides; everything else is the other side's or the network's. */
function egressError(error: unknown, host: string): DiwanError {
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof DiwanError) return inner;
  }
  const reason = connectionProblem(error) ?? "its answer made no sense";
  return EgressErrors.failed({ host, reason }, { cause: error });
}
