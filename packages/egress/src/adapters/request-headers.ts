import { Buffer } from "node:buffer";
import type { HttpRequest } from "../http-client.ts";

type Headers = HttpRequest["headers"];

/** Belong to one connection, or are said to a proxy. */
export const ofConnection: ReadonlySet<string> = new Set([
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Ours to say too: sent by hand they could smuggle a second request. */
const notTheirs: ReadonlySet<string> = new Set([...ofConnection, "content-length", "host"]);

/** @source the deployment contract, header scrub: without them metadata services answer nothing */
export const ofMetadata = /^(metadata-flavor|metadata|x-aws-ec2-metadata-token.*)$/i;

/** Headers as they are sent: scrubbed, with basic authorization from the address and an offer of encodings. */
export function headersToSend(headers: Headers, url: URL): [string, string][] {
  const sent: [string, string][] = [];
  for (const [name, value] of headers) {
    if (!notTheirs.has(name.toLowerCase()) && !ofMetadata.test(name)) sent.push([name, asBytes(value)]);
  }
  const has = (name: string) => sent.some(([one]) => one.toLowerCase() === name);
  if ((url.username !== "" || url.password !== "") && !has("authorization")) {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    sent.push(["authorization", `Basic ${Buffer.from(pair).toString("base64")}`]);
  }
  if (!has("accept-encoding")) sent.push(["accept-encoding", "gzip, deflate, br, zstd"]);
  return sent;
}

/** Headers go out as Latin-1; other letters go as their UTF-8 bytes, which is how servers read them. */
function asBytes(value: string): string {
  return /^[\x00-\x7f]*$/.test(value) ? value : Buffer.from(value, "utf8").toString("latin1");
}

const credentials = new Set(["authorization", "cookie", "proxy-authorization"]);

/** Without what would tell another origin who asks. */
export function withoutCredentials(headers: Headers, others: readonly string[] = []): Headers {
  const known = new Set([...credentials, ...others.map((name) => name.toLowerCase())]);
  return headers.filter(([name]) => !known.has(name.toLowerCase()));
}

/** Without what describes a body that is no longer sent. */
export function withoutContent(headers: Headers): Headers {
  return headers.filter(([name]) => !/^content-/i.test(name));
}
