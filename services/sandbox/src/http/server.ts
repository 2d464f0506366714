import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Asked } from "./authenticate.ts";
import { type Answer, fail, notFound, unauthorized } from "./envelope.ts";
import { BodyProblem, readBody } from "./read-body.ts";

export type RequestFor = Asked & { query: URLSearchParams; signal: AbortSignal };

export type Route = (request: RequestFor) => Promise<Answer>;

export type ServerNeeds = {
  /** By method and path. Those below `/v1/sandbox/` need a key or a signature. */
  routes: Readonly<Record<string, Route>>;
  isCaller(asked: Asked): boolean;
  maxBodyBytes: number;
  onError(error: unknown): void;
};

const BODY_WITHIN_MS = 10_000;

const PROTECTED = "/v1/sandbox/";

/** The sandbox API. What is not answered here is answered as Go's router does, which callers may know. */
export function createSandboxServer(needs: ServerNeeds): Server {
  const server = createServer((request, response) => {
    const leaving = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) leaving.abort(new Error("The caller left."));
    });
    answer(needs, request, leaving.signal).then(
      (answered) => send(response, answered),
      (error: unknown) => {
        if (leaving.signal.aborted) return;
        if (error instanceof BodyProblem) refuseBody(response, error);
        else {
          needs.onError(error);
          send(response, fail(200, -500, "The sandbox could not run the program."));
        }
      },
    );
  });
  // A caller's pool closes its connections after five seconds; the longer side must be this one.
  server.keepAliveTimeout = 30_000;
  server.headersTimeout = BODY_WITHIN_MS;
  return server;
}

async function answer(needs: ServerNeeds, request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
  const { method = "", url = "/", headers } = request;
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const route = Object.hasOwn(needs.routes, `${method} ${path}`) ? needs.routes[`${method} ${path}`] : undefined;
  if (route === undefined) return notFound;
  const body = await readBody(request, { maxBytes: needs.maxBodyBytes, withinMs: BODY_WITHIN_MS });
  const asked = { method, path: url, headers, body };
  if (path.startsWith(PROTECTED) && !needs.isCaller(asked)) return unauthorized;
  return route({ ...asked, query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)), signal });
}

function refuseBody(response: ServerResponse, problem: BodyProblem): void {
  if (problem.kind !== "too-large") {
    response.destroy();
    return;
  }
  response.setHeader("connection", "close");
  send(response, fail(413, -400, "The request is too large."));
  // Whoever still sends would not read the answer otherwise.
  response.once("finish", () => setTimeout(() => response.socket?.destroy(), 1_000).unref());
}

function send(response: ServerResponse, { status, type, body, headers = {} }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    ...(type === "" ? {} : { "content-type": type }),
    "content-length": Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
