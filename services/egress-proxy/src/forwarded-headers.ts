import { ofConnection, ofMetadata } from "@diwan/egress";
import type { Target } from "./target.ts";

/** Only the proxy itself says why something was refused. */
export const DENY_REASON = "X-SSRF-Deny-Reason";

type Raw = readonly string[];

/**
 * Headers of a request as they go on: `Host` from the address that was checked, nothing of the connection, nothing that
 * clouds' metadata services ask for.
 *
 * @param raw  Names and values in turn, as received.
 * @returns The same.
 */
export function requestHeaders(method: string, raw: Raw, { scheme, host, port, authorization }: Target): string[] {
  const kept = filter(raw, (name) => name !== "host" && !ofMetadata.test(name));
  const has = (name: string) => kept.some((text, place) => place % 2 === 0 && text.toLowerCase() === name);
  const isChunked = valuesOf(raw, "transfer-encoding") !== undefined;
  const isBodiless = !isChunked && !has("content-length") && ["POST", "PUT", "PATCH"].includes(method);
  const usual = scheme === "http" && port === 80;
  return [
    "Host",
    usual ? host : `${host}:${port}`,
    ...kept,
    ...(authorization === undefined || has("authorization") ? [] : ["Authorization", authorization]),
    ...(isChunked ? ["Transfer-Encoding", "chunked"] : []),
    ...(isBodiless ? ["Content-Length", "0"] : []),
    "Connection",
    "close",
  ];
}

/** Headers of an answer as they go back. */
export function responseHeaders(raw: Raw): string[] {
  return filter(raw, (name) => name !== DENY_REASON.toLowerCase());
}

function filter(raw: Raw, keep: (name: string) => boolean): string[] {
  const named = (valuesOf(raw, "connection") ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
  const kept: string[] = [];
  for (let place = 0; place < raw.length; place += 2) {
    const name = raw[place]!.toLowerCase();
    if (!ofConnection.has(name) && !named.includes(name) && keep(name)) kept.push(raw[place]!, raw[place + 1]!);
  }
  return kept;
}

/** All values of that name, joined; undefined where there is none. */
function valuesOf(raw: Raw, name: string): string | undefined {
  const values = raw.filter((_, place) => place % 2 === 1 && raw[place - 1]!.toLowerCase() === name);
  return values.length === 0 ? undefined : values.join(",");
}
