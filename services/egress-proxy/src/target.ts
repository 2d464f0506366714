import { Buffer } from "node:buffer";

/** What a request line asks a proxy for, taken apart. */
export type Target = {
  /** In lower case, without its colon. */
  scheme: string;
  /** As it was written; brackets and a dot at the end included. */
  host: string;
  port: number;
  /** Path and query; empty for a tunnel. */
  path: string;
  /** Of a user name and password in the address, as a header's value. */
  authorization: string | undefined;
};

const absolute = /^([a-z][a-z0-9+.-]*):\/\/([^/?]*)(\/[^#]*|\?[^#]*|)$/i;
const authority = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{0,5}))?$/i;
const defaultPorts: Record<string, number> = { http: 80, https: 443, ftp: 21, ws: 80, wss: 443 };

/**
 * Reads `http://host[:port]/path`.
 *
 * It is stricter than browsers: what two parsers could read differently is refused, not mended.
 *
 * @returns Undefined for anything else.
 */
export function parseAbsoluteTarget(text: string): Target | undefined {
  const [, scheme = "", place = "", rest = ""] = absolute.exec(text) ?? [];
  if (scheme === "" || /[^\x21-\x7e]|\\/.test(text)) return undefined;
  const at = place.lastIndexOf("@");
  const credentials = at < 0 ? undefined : place.slice(0, at);
  const fallback = defaultPorts[scheme.toLowerCase()] ?? 0;
  const found = parseAuthority(place.slice(at + 1), fallback);
  const authorization = credentials === undefined ? undefined : basic(credentials);
  if (found === undefined || authorization === null) return undefined;
  const path = rest.startsWith("/") ? rest : `/${rest}`;
  return { scheme: scheme.toLowerCase(), ...found, path, authorization };
}

/** Reads `host:port`, as CONNECT has it. */
export function parseTunnelTarget(text: string): Target | undefined {
  const found = parseAuthority(text, 0);
  if (found === undefined || found.port === 0) return undefined;
  return { scheme: "", ...found, path: "", authorization: undefined };
}

function parseAuthority(text: string, fallback: number): { host: string; port: number } | undefined {
  const [, host, digits] = authority.exec(text) ?? [];
  if (host === undefined || host.length > 254 || /^\.|\.\./.test(host)) return undefined;
  if (digits === undefined || digits === "") return { host, port: fallback };
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** Null where the text cannot be decoded. */
function basic(credentials: string): string | null {
  if (credentials.includes("@")) return null;
  try {
    return `Basic ${Buffer.from(decodeURIComponent(credentials)).toString("base64")}`;
  } catch {
    return null;
  }
}
