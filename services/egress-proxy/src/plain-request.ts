import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { EgressLimits, EgressProfile } from "@diwan/egress";
import { type Answer, problem } from "./answers.ts";
import { connectTo, connectToOne, NotConnected } from "./connect.ts";
import { requestHeaders, responseHeaders } from "./forwarded-headers.ts";
import { Passage, type ProxyNeeds } from "./passage.ts";
import { parseAbsoluteTarget, type Target } from "./target.ts";
import { type Upstream, upstreamOf } from "./upstream.ts";

/** `GET http://host/path`: passed on over a connection of its own, and answered as the other side does. */
export async function passOn(
  needs: ProxyNeeds,
  profile: EgressProfile,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "", headers } = request;
  const passage = new Passage(needs, profile, method, headers["proxy-authorization"]);
  const target = parseAbsoluteTarget(request.url ?? "");
  const checked = await passage.check(target);
  if ("answer" in checked) return give(response, checked.answer);
  const { limits, upstreamProxy } = passage.policy;
  if (Number(headers["content-length"] ?? 0) > limits.requestBytes) {
    passage.end("over-limit", 0);
    return give(response, problem(413));
  }
  const upstream = upstreamProxy === undefined ? undefined : upstreamOf(upstreamProxy);
  try {
    const socket = await (upstream === undefined
      ? connectToOne(checked.addresses, target!.port, limits.connectMs)
      : connectTo(upstream.host, upstream.port, limits.connectMs));
    new Exchange({ passage, request, response, socket, limits }).run(target!, upstream);
  } catch (error) {
    if (!(error instanceof NotConnected)) throw error;
    give(response, problem(error.status));
    passage.end("allowed", 0);
  }
}

/**
 * What is left of the request's body is taken and dropped: a connection that is closed with unread bytes loses the answer
 * on its way. Only a body that is too large is not waited for.
 */
export function give(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed || response.headersSent) return void response.destroy();
  const { req: request } = response;
  const closing = status === 413 || status === 429;
  const length = { "Content-Length": Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length, ...(closing ? { Connection: "close" } : {}) });
  if (request.method !== "HEAD") response.write(body);
  if (closing || request.complete) response.end();
  else request.once("end", () => response.end()).resume();
}

type Parts = {
  passage: Passage;
  request: IncomingMessage;
  response: ServerResponse;
  socket: Socket;
  limits: EgressLimits;
};

/** The two halves of one request, each with its limit. */
class Exchange {
  readonly #parts: Parts;
  #over = false;
  #bytes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  run(target: Target, upstream: Upstream | undefined): void {
    const { passage, response, socket, limits } = this.#parts;
    if (response.destroyed) {
      socket.destroy();
      return passage.end("allowed", 0);
    }
    socket.on("error", () => {});
    const out = this.#open(target, upstream);
    if (out === undefined) return;
    const timer = setTimeout(() => this.#stop(504), limits.totalMs);
    socket.setTimeout(limits.idleMs, () => this.#stop(504));
    socket.once("close", () => {
      clearTimeout(timer);
      passage.end(this.#over ? "over-limit" : "allowed", this.#bytes);
    });
    out.on("error", () => this.#stop(502));
    out.once("response", (answer) => this.#answer(answer));
    response.once("close", () => socket.destroy());
    this.#send(out);
  }

  /** Undefined where a header cannot be sent as it came. */
  #open(target: Target, upstream: Upstream | undefined): ClientRequest | undefined {
    const { passage, request, response, socket } = this.#parts;
    const { method = "GET" } = request;
    try {
      return httpRequest({
        createConnection: () => socket,
        method,
        path: upstream === undefined ? target.path : `http://${target.host}:${target.port}${target.path}`,
        headers: [...requestHeaders(method, request.rawHeaders, target), ...loginOf(upstream)],
        setHost: false,
      });
    } catch {
      socket.destroy();
      give(response, problem(400));
      passage.end("malformed", 0);
      return undefined;
    }
  }

  #send(out: ClientRequest): void {
    const { request, limits } = this.#parts;
    let sent = 0;
    request.on("data", (part: Buffer) => {
      sent += part.length;
      if (sent > limits.requestBytes) this.#stop(413);
    });
    request.on("error", () => out.destroy());
    request.pipe(out);
  }

  #answer(answer: IncomingMessage): void {
    const { response, limits } = this.#parts;
    if (Number(answer.headers["content-length"] ?? 0) > limits.responseBytes) return this.#stop(413);
    answer.on("data", (part: Buffer) => {
      this.#bytes += part.length;
      if (this.#bytes > limits.responseBytes) this.#stop(413);
    });
    // A cut of the other side must not look like the end.
    answer.on("error", () => response.destroy());
    answer.once("close", () => {
      if (!answer.complete) response.destroy();
    });
    try {
      response.sendDate = false;
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer.rawHeaders));
      response.flushHeaders();
    } catch {
      // A header that nobody could send on.
      return this.#stop(502);
    }
    answer.pipe(response);
  }

  #stop(status: 413 | 502 | 504): void {
    const { request, response, socket } = this.#parts;
    if (status === 413) this.#over = true;
    request.unpipe();
    socket.destroy();
    give(response, problem(status));
  }
}

function loginOf(upstream: Upstream | undefined): string[] {
  return upstream?.authorization === undefined ? [] : ["Proxy-Authorization", upstream.authorization];
}
