/** What a scripted server does with one request. */
export type HttpScript = {
  /** 200 where left out, 302 beside `redirect`. */
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
  /** Sends the body this many times, as fast as it is taken. */
  repeat?: number;
  /** Encodes the body and says so. */
  encoding?: "gzip" | "deflate" | "br" | "zstd";
  /** Sends elsewhere. */
  redirect?: string;
  /** Before the head. */
  delayMs?: number;
  /** Between two bytes of the body, or of everything in `raw`. */
  dripMs?: number;
  /** Resets the connection after this many bytes of the body. */
  cutAfter?: number;
  /** Sends the body and leaves the connection open, as if more were to come. */
  open?: boolean;
  /** What goes over the wire instead, head included. */
  raw?: string | Uint8Array;
  /** Reads the request and never answers. */
  hang?: boolean;
};

/** A request as the server saw it. */
export type SeenHttpRequest = {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  /** Names and values in turn, as they were spelled. */
  rawHeaders: string[];
  body: Buffer;
};

/** The script for a request; `number` counts from 1. */
export type HttpScripting = (request: SeenHttpRequest, number: number) => HttpScript;
