import { randomUUID } from "node:crypto";
import { EgressErrors, type EgressProfile, type Refusal } from "@diwan/egress";
import { DENY_REASON } from "./forwarded-headers.ts";
import type { Target } from "./target.ts";

/** What the proxy itself answers. */
export type Answer = { status: number; headers: Record<string, string>; body: string };

const texts: Record<number, string> = {
  400: "This is no address that a proxy can be asked for.",
  413: "The body is larger than the egress policy allows.",
  429: "There are too many connections from this address.",
  502: "The other side cannot be reached.",
  504: "The other side took too long.",
};

/** Something went wrong that no rule of the policy decided. */
export function problem(status: number): Answer {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8" }, body: `${texts[status]}\n` };
}

/** The refusal as programs and people can act on it. */
export function refusal(profile: EgressProfile, { host, port }: Target, { reason, rule }: Refusal): Answer {
  const { code, message } = EgressErrors.blocked({ host, reason });
  const body = JSON.stringify({ code, message, host, port, profile, reason, rule, request_id: randomUUID() });
  return { status: 403, headers: { "Content-Type": "application/json", [DENY_REASON]: reason }, body };
}

/** As it stands on the wire, for a connection that is closed after it. */
export function wireText({ status, headers, body }: Answer): string {
  const all = { ...headers, "Content-Length": String(Buffer.byteLength(body)), Connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${words[status] ?? "Error"}\r\n${lines.join("")}\r\n${body}`;
}

const words: Record<number, string> = {
  400: "Bad Request",
  403: "Forbidden",
  413: "Content Too Large",
  429: "Too Many Requests",
  502: "Bad Gateway",
  504: "Gateway Timeout",
};
