import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import zlib from "node:zlib";
import { testCertificate } from "./certificate.ts";
import type { HttpScript, HttpScripting, SeenHttpRequest } from "./http-script.ts";

export type HttpServer = AsyncDisposable & {
  /** `http://127.0.0.1:PORT`, without a path. */
  url: string;
  port: number;
  /** Everything asked so far. */
  requests: SeenHttpRequest[];
  /** Replaces what the server does from now on. */
  script(scripting: HttpScripting | HttpScript): void;
  /** How often a request with this `Idempotency-Key` arrived, whatever became of it. */
  timesSeen(key: string): number;
  /** Every `Idempotency-Key` with how often it arrived, in the order of first arrivals. */
  counts(): ReadonlyMap<string, number>;
  /** Requests whose client went away before the answer's end. */
  aborted(): number;
  /** Bytes of bodies handed to the network so far. */
  sentBytes(): number;
};

export type HttpServerOptions = {
  /** With a certificate that nobody trusts. */
  tls?: boolean;
  /** Takes connections, reads no body and answers nothing. */
  deaf?: boolean;
};

/** A server on loopback that answers by script, well or badly. */
export async function startHttpServer(
  scripting: HttpScripting | HttpScript = {},
  { tls = false, deaf = false }: HttpServerOptions = {},
): Promise<HttpServer> {
  const requests: SeenHttpRequest[] = [];
  const counts = new Map<string, number>();
  let current = asScripting(scripting);
  let aborted = 0;
  let sentBytes = 0;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    response.on("close", () => {
      if (!response.writableFinished) aborted += 1;
    });
    const key = request.headers["idempotency-key"];
    if (typeof key === "string") counts.set(key, (counts.get(key) ?? 0) + 1);
    if (deaf) return;
    const answer = async () => {
      const seen = await read(request);
      requests.push(seen);
      await respond(response, current(seen, requests.length), (bytes) => {
        sentBytes += bytes;
      });
    };
    answer().catch(() => response.destroy());
  };
  const server = tls ? createTlsServer(testCertificate, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    requests,
    script(next) {
      current = asScripting(next);
    },
    timesSeen: (key) => counts.get(key) ?? 0,
    counts: () => counts,
    aborted: () => aborted,
    sentBytes: () => sentBytes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function asScripting(scripting: HttpScripting | HttpScript): HttpScripting {
  return typeof scripting === "function" ? scripting : () => scripting;
}

async function read(request: IncomingMessage): Promise<SeenHttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = "", url: path = "", headers, rawHeaders } = request;
  return { method, path, headers, rawHeaders, body: Buffer.concat(chunks) };
}

type Sent = (bytes: number) => void;

async function respond(response: ServerResponse, script: HttpScript, sent: Sent): Promise<void> {
  if (script.hang === true) return;
  if (script.delayMs !== undefined) await sleep(script.delayMs);
  if (script.raw !== undefined) return sendRaw(response, script.raw, script.dripMs);
  response.writeHead(script.status ?? (script.redirect === undefined ? 200 : 302), headersOf(script));
  const parts = counted(partsOf(script), sent);
  const encoder = encoderOf(script.encoding);
  if (encoder !== undefined) return pipeline(parts, encoder, response);
  for await (const part of parts) {
    if (!response.write(part)) await drained(response);
    if (response.destroyed) return;
  }
  if (script.cutAfter !== undefined) return reset(response);
  if (script.open !== true) response.end();
  else if (!response.headersSent) response.flushHeaders();
}

function headersOf({ headers = {}, redirect, encoding }: HttpScript): Record<string, string | string[]> {
  return {
    ...headers,
    ...(redirect === undefined ? {} : { location: redirect }),
    ...(encoding === undefined ? {} : { "content-encoding": encoding }),
  };
}

async function* partsOf({ body = "", repeat = 1, dripMs, cutAfter }: HttpScript): AsyncGenerator<Buffer> {
  const whole = Buffer.from(body as string);
  if (dripMs !== undefined) {
    for (const byte of whole) {
      yield Buffer.of(byte);
      await sleep(dripMs);
    }
    return;
  }
  for (let times = 0; times < repeat; times += 1) yield whole.subarray(0, cutAfter);
}

async function* counted(parts: AsyncIterable<Buffer>, sent: Sent): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    yield part;
    sent(part.length);
  }
}

function encoderOf(encoding: HttpScript["encoding"]): NodeJS.ReadWriteStream | undefined {
  switch (encoding) {
    case "gzip":
      return zlib.createGzip();
    case "deflate":
      return zlib.createDeflate();
    case "br":
      return zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } });
    case "zstd":
      return zlib.createZstdCompress();
    case undefined:
      return undefined;
  }
}

async function sendRaw(response: ServerResponse, raw: string | Uint8Array, dripMs: number | undefined): Promise<void> {
  const socket = response.socket!;
  if (dripMs === undefined) {
    socket.end(raw);
    return;
  }
  for (const byte of Buffer.from(raw as string)) {
    if (socket.destroyed) return;
    socket.write(Buffer.of(byte));
    await sleep(dripMs);
  }
  socket.end();
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

async function reset(response: ServerResponse): Promise<void> {
  // A cut that overtakes its own bytes would test nothing.
  await new Promise<void>((resolve) => response.write("", () => resolve()));
  await sleep(20);
  response.socket?.resetAndDestroy();
}
