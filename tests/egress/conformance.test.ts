import { checkDestination, explainUrl, nameServerResolver, renderSquid } from "@diwan/egress";
import { startEgressProxy } from "@diwan/egress-proxy";
import { type NameServer, startNameServer } from "@diwan/testkit";
import { nameServerPlace, type Squid, squid, startSquid } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askProxy,
  type Case,
  cases,
  expectedOf,
  names,
  policyNames,
  policyOf,
  startStandIn,
  titleOf,
} from "./cases.ts";

const listed = cases.map((one) => [titleOf(one), one] as const);
const ofPolicy = (policy: string) => listed.filter(([, one]) => one.policy === policy);
const now = Date.now();

it("the list is long, and no two cases are one", () => {
  expect(cases.length).toBeGreaterThanOrEqual(200);
  const distinct = new Set(cases.map((one) => `${titleOf(one)} ${one.then?.target}`));
  expect(distinct.size).toBe(cases.length);
  expect(new Set(cases.map(({ reason }) => reason)).size).toBe(10);
});

describe("the decision", () => {
  let nameServer: NameServer;
  beforeAll(async () => {
    nameServer = await startNameServer(names);
  });
  afterAll(() => nameServer[Symbol.asyncDispose]());
  const resolver = () => nameServerResolver([nameServer.address]);

  // What is malformed is so to proxies: URLs are mended, or are none, before anybody here sees them.
  it.each(listed.filter(([, { verdict, target, method }]) => verdict !== "malformed" && isUrl(target, method)))(
    "%s",
    async (_, one) => {
      const { first, second } = await decideCase(one);
      expect(first).toEqual(expectedOf(one));
      if (one.then !== undefined) expect(second).toEqual(expectedOf(one.then));
    },
  );

  async function decideCase({ policy, profile = "untrusted", method = "GET", target, then }: Case) {
    const ask = async (address: string, verb: string) => {
      const { scheme, host, port } = partsOf(address, verb);
      const question = { profile, method: verb, scheme, host, port, toProxy: true, asker: "anyone", now } as const;
      const { verdict } = await checkDestination(resolver(), { ...question, policy: policyOf(policy) });
      if (verdict === "unresolved") return expectedOf({ verdict });
      return expectedOf({ verdict: verdict.allow ? "allow" : "refuse", reason: verdict.reason });
    };
    return { first: await ask(target, method), second: then && (await ask(then.target, "GET")) };
  }

  // Names that turn answered the decision above already; the rest is asked as people would.
  const explained = listed.filter(
    ([, { method = "GET", target, verdict }]) =>
      method === "GET" && /^http:/i.test(target) && isUrl(target) && verdict !== "malformed" && !/turns/.test(target),
  );
  it.each(explained)("is explained: %s", async (_, { policy, profile = "untrusted", target, verdict, reason }) => {
    const needs = { policy: policyOf(policy), resolver: resolver(), now };
    const explanation = await explainUrl(needs, new URL(target), profile);
    expect(explanation).toMatchObject({ allow: verdict === "allow", reason: reason ?? null });
    expect(explanation.rule).not.toBe("");
  });
});

function isUrl(target: string, method = "GET"): boolean {
  return method === "CONNECT" || URL.canParse(target);
}

function partsOf(target: string, method: string): { scheme: string; host: string; port: number } {
  if (method !== "CONNECT") {
    const { protocol, hostname, port } = new URL(target);
    const fallback: Record<string, number> = { "http:": 80, "https:": 443, "ftp:": 21 };
    return { scheme: protocol.slice(0, -1), host: hostname, port: Number(port) || fallback[protocol]! };
  }
  const colon = target.lastIndexOf(":");
  return { scheme: "", host: target.slice(0, colon), port: Number(target.slice(colon + 1)) };
}

describe.each(policyNames)("our proxy under the policy %s", (policy) => {
  let ports: { untrusted: number; platform: number };
  const closing: (() => PromiseLike<unknown>)[] = [];
  beforeAll(async () => {
    const nameServer = await startNameServer(names);
    const standIn = await startStandIn();
    const proxy = await startEgressProxy(
      {
        policy: () => policyOf(policy, standIn.url),
        resolver: nameServerResolver([nameServer.address]),
        log: () => {},
      },
      { host: "127.0.0.1", untrustedPort: 0, platformPort: 0 },
    );
    ports = { untrusted: proxy.untrustedPort, platform: proxy.platformPort };
    closing.push(
      () => proxy.close(),
      () => standIn[Symbol.asyncDispose](),
      () => nameServer[Symbol.asyncDispose](),
    );
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  it.each(ofPolicy(policy))("%s", async (_, one) => {
    const { first, second } = await askProxy(ports[one.profile ?? "untrusted"], one);
    expect(first).toEqual(expectedOf(one));
    if (one.then !== undefined) expect(second).toEqual(expectedOf(one.then));
  });
});

describe.skipIf(squid.missing).each(policyNames)(`Squid${squid.reason} under the policy %s`, (policy) => {
  let server: Squid;
  const closing: AsyncDisposable[] = [];
  beforeAll(async () => {
    const nameServer = await startNameServer(names, nameServerPlace());
    const standIn = await startStandIn();
    const nameServers = [nameServer.address.replace(/:53$/, "")];
    server = await startSquid((home) => renderSquid(policyOf(policy, standIn.url), { ...home, nameServers }, now));
    closing.push(server, standIn, nameServer);
  });
  afterAll(async () => {
    for (const one of closing) await one[Symbol.asyncDispose]();
  });

  it.each(ofPolicy(policy))("%s", async (_, one) => {
    const port = one.profile === "platform" ? server.platformPort : server.untrustedPort;
    const { first, second } = await askProxy(port, one);
    expect(first).toEqual(expectedOf(one.squid ?? one));
    if (one.then !== undefined) expect(second).toEqual(expectedOf(one.then));
  });
});
