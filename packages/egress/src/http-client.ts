import type { Asker } from "./core/policy.ts";

/** A request to somewhere outside, with everything that was decided about it. */
export type HttpRequest = {
  /** In upper case. */
  method: string;
  /** Absolute, `http:` or `https:`. A user name and password in it become basic authorization. */
  url: string;
  /**
   * In order; names may repeat. Those that belong to the connection (`host`, `content-length`, `transfer-encoding` …) and
   * those that clouds' metadata services ask for are left out.
   */
  headers: readonly (readonly [name: string, value: string])[];
  /** Headers besides `authorization`, `proxy-authorization` and `cookie` that a redirect elsewhere must not carry. */
  credentialHeaders?: readonly string[];
  body: Uint8Array | undefined;
  timeouts: HttpTimeouts;
  /** Redirects that are followed, each a new decision. With 0 the redirect itself is the answer. */
  maxRedirects: number;
  /** Off only where the author of the step switched it off. */
  verifyTls: boolean;
  /** Whom it is made for: what was allowed in the console may hold for one workspace or app. */
  asker?: Asker;
  signal: AbortSignal;
};

/** 0 waits without end. */
export type HttpTimeouts = {
  /** Until the connection stands: name, TCP and TLS. Kept connections have a fixed limit of their own. */
  connectMs: number;
  /** For the head of the answer, and between two of its parts while they are waited for. */
  readMs: number;
  /** Between two parts of the request that the other side takes. */
  writeMs: number;
  /** For all of it, redirects and the reading of the body included: what drips never stalls. */
  totalMs: number;
};

export type HttpResponse = {
  status: number;
  /** Names in lower case, in order; names may repeat. */
  headers: readonly (readonly [name: string, value: string])[];
  /** Where the answer came from, after redirects; without user name and password. */
  url: string;
  /**
   * Decoded from its content encoding; however large that makes it, only what is read is decoded. It can be read once.
   * Leaving the loop closes the connection. Errors are those of `send`.
   */
  body: AsyncIterable<Uint8Array>;
};

/** The only way out of the product. */
export type HttpClient = {
  /**
   * Answers of any status are answers.
   *
   * @throws egress.blocked (author) naming host, rule and remedy; egress.timed-out and egress.failed (dependency); the
   * signal's reason once it is aborted.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
};

/** The same door for one workspace's app. */
export function askingFor(client: HttpClient, asker: Asker): HttpClient {
  return { send: (request) => client.send({ ...request, asker }) };
}

/** The value of the first header of that name, in lower case. */
export function headerOf({ headers }: Pick<HttpResponse, "headers">, name: string): string | undefined {
  return headers.find(([one]) => one === name)?.[1];
}
