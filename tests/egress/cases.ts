import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { type EgressPolicy, type EgressProfile, type EgressReason, parsePolicyFile } from "@diwan/egress";
import { type Names, type RawAnswer, rawExchange } from "@diwan/testkit";
import { projectRoot } from "../support/installation.ts";

export type Verdict = "allow" | "refuse" | "malformed" | "unresolved";

export type Case = {
  policy: string;
  profile?: EgressProfile;
  method?: string;
  target: string;
  verdict: Verdict;
  reason?: EgressReason;
  /** Where the other side redirects to, which is a request of its own. */
  then?: { target: string; verdict: Verdict; reason?: EgressReason };
  /** What Squid says where it differs, and why that is no matter. */
  squid?: { verdict: Verdict; reason?: EgressReason; why: string };
};

const fixture = JSON.parse(readFileSync(join(projectRoot, "packages/egress/__fixtures__/addresses.json"), "utf8")) as {
  policies: Record<string, object>;
  names: Names;
  cases: Case[];
};

export const { names, cases } = fixture;
export const policyNames = Object.keys(fixture.policies);

/** @param upstream  Where a proxy goes on to; see `startStandIn`. */
export function policyOf(name: string, upstream?: string): EgressPolicy {
  const policy = parsePolicyFile(JSON.stringify(fixture.policies[name]));
  return { ...policy, upstreamProxy: upstream };
}

export function titleOf({ policy, profile = "untrusted", method = "GET", target, verdict, reason }: Case): string {
  return `${policy}, ${profile}: ${method} ${target} → ${reason ?? verdict}`;
}

/**
 * Stands for the internet: public addresses cannot be reached here, so what is let out goes on to this proxy, which takes
 * anything. It is trusted by configuration, as an operator's own would be, so loopback stays closed to everything else.
 */
export async function startStandIn(): Promise<AsyncDisposable & { url: string; seen: string[] }> {
  const seen: string[] = [];
  const tunnels = new Set<Duplex>();
  const server: Server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const location = request.headers["x-then"];
    if (location === undefined) response.end("arrived");
    else response.writeHead(302, { location: String(location) }).end();
  });
  server.on("connect", (request, socket) => {
    seen.push(`CONNECT ${request.url}`);
    tunnels.add(socket);
    socket.on("error", () => {}).write("HTTP/1.1 200 OK\r\n\r\n");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

export type Outcome = { verdict: Verdict | string; reason: string | undefined };

export function expectedOf({ verdict, reason }: { verdict: Verdict; reason?: EgressReason | undefined }): Outcome {
  return { verdict, reason };
}

/** What a proxy says about a target, and about where it redirects to. */
export async function askProxy(
  port: number,
  { target, method, then }: Case,
): Promise<{ first: Outcome; second?: Outcome }> {
  const first = await rawExchange(port, requestText(target, method, then?.target));
  if (then === undefined) return { first: outcomeOf(first) };
  const location = first.headers["location"] ?? "";
  return { first: outcomeOf(first), second: outcomeOf(await rawExchange(port, requestText(location))) };
}

function requestText(target: string, method = "GET", then?: string): string {
  const bodied = ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "MKCOL", "LOCK", "SEARCH"].includes(method);
  const host = method === "CONNECT" ? target : "api.example.com";
  return [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: close",
    ...(bodied ? ["Content-Length: 0"] : []),
    ...(then === undefined ? [] : [`X-Then: ${then}`]),
    "\r\n",
  ].join("\r\n");
}

const verdicts: Record<number, Verdict> = {
  200: "allow",
  302: "allow",
  403: "refuse",
  400: "malformed",
  502: "unresolved",
};

function outcomeOf({ status, headers }: RawAnswer): Outcome {
  return { verdict: verdicts[status] ?? `status ${status}`, reason: headers["x-ssrf-deny-reason"] };
}
