import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type EgressPolicy, parsePolicyFile, renderSquid } from "@diwan/egress";
import { type Names, rawExchange, startHttpServer, startNameServer } from "@diwan/testkit";
import { checkSquid, nameServerPlace, type SquidHome, squid, startSquid } from "@diwan/testkit/services";
import { describe, expect, it } from "vitest";

const policyFrom = (policy: object): EgressPolicy =>
  parsePolicyFile(JSON.stringify({ version: 1, mode: "public", ...policy }));
/** Loopback is no public address; an operator's entry opens it for one host, as it would an inner server. */
const opened = { untrusted: { allow_private: [{ host: "site.example.net", cidr: "127.0.0.0/8" }] } };

async function startWith(first: object, names: Names) {
  const nameServer = await startNameServer(names, nameServerPlace());
  const nameServers = [nameServer.address.replace(/:53$/, "")];
  let policy = policyFrom(first);
  const server = await startSquid((home) => renderSquid(policy, { ...home, nameServers }, Date.now()));
  return {
    port: server.untrustedPort,
    log: server.log,
    reload(next: object) {
      policy = policyFrom(next);
      server.reload();
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await nameServer[Symbol.asyncDispose]();
    },
  };
}

const get = (port: number, target: string, headers = "") =>
  rawExchange(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`);

describe.skipIf(squid.missing)(`a Squid${squid.reason} of the rendered files`, () => {
  it("takes a new policy within ten seconds and drops no stream for it", async () => {
    await using echo = await startEcho();
    await using server = await startWith(opened, { "site.example.net": ["127.0.0.1"] });
    const socket = connect(server.port, "127.0.0.1");
    socket.write(`CONNECT site.example.net:${echo.port} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await once(socket, "data");
    const beat = async (text: string) => {
      socket.write(text);
      expect(String((await once(socket, "data"))[0])).toBe(text);
    };
    await beat("before");
    const startedAt = performance.now();
    server.reload({ mode: "closed" });
    const reason = async () =>
      (await get(server.port, "http://site.example.net/").catch(() => undefined))?.headers["x-ssrf-deny-reason"];
    while ((await reason()) !== "closed" && performance.now() - startedAt < 10_000) await sleep(100);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await beat("after");
    await sleep(1_000);
    await beat("long after");
    socket.destroy();
  });

  it("connects only to what it checked, however a name turns", async () => {
    await using server = await startHttpServer({ body: "mine" });
    const turning = Array.from({ length: 60 }, (_, place) => [place % 2 === 0 ? "127.0.0.1" : "169.254.169.254"]);
    await using proxy = await startWith(opened, { "site.example.net": { answers: turning } });
    const statuses = new Map<string, number>();
    for (let round = 0; round < 40; round += 1) {
      const { status, headers } = await get(proxy.port, `http://site.example.net:${server.port}/`);
      const outcome = `${status} ${headers["x-ssrf-deny-reason"] ?? ""}`.trim();
      statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
    }
    expect([...statuses.keys()].filter((outcome) => outcome !== "200" && outcome !== "403 port")).toEqual([]);
    expect(server.requests).toHaveLength(statuses.get("200") ?? 0);
  });

  it("takes metadata services' headers off, lets nobody speak in its name, and logs without addresses' queries", async () => {
    await using server = await startHttpServer({ headers: { "X-SSRF-Deny-Reason": "closed" } });
    await using proxy = await startWith(opened, { "site.example.net": ["127.0.0.1"] });
    const clouds = "Metadata-Flavor: Google\r\nMetadata: true\r\nX-aws-ec2-metadata-token: t\r\nX-Kept: 1\r\n";
    const answer = await get(proxy.port, `http://site.example.net:${server.port}/?token=hush`, clouds);
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty("x-ssrf-deny-reason");
    const seen = Object.keys(server.requests[0]!.headers);
    expect(seen).toContain("x-kept");
    expect(seen.filter((name) => /metadata|^via$|forwarded/.test(name))).toEqual([]);
    await get(proxy.port, "http://10.0.0.1/");
    const written = () => proxy.log().map((line) => JSON.parse(line) as { host: string });
    // A connection without a request has a line too.
    const requests = () => written().filter(({ host }) => host !== "-");
    for (let tries = 0; requests().length < 2 && tries < 100; tries += 1) await sleep(50);
    const lines = requests();
    expect(lines[0]).toMatchObject({
      profile: "untrusted",
      host: "site.example.net",
      method: "GET",
      verdict: "allowed",
    });
    expect(lines[1]).toMatchObject({ host: "10.0.0.1", verdict: "refused", reason: "ip-literal" });
    expect(proxy.log().join()).not.toContain("hush");
  });

  it("is never given a name beside its wildcard, on which it would end", async () => {
    const allow = ["api.example.com", ".example.com", ".deep.example.com", "example.com", "other.example.org"];
    let home: SquidHome | undefined;
    await using server = await startSquid((place) => {
      home = place;
      return renderSquid(policyFrom({ mode: "allowlist", untrusted: { allow } }), { ...place, nameServers: [] }, 0);
    });
    expect(server.untrustedPort).toBeGreaterThan(0);
    const list = join(home!.folder, "allow-untrusted.txt");
    writeFileSync(list, allow.map((host) => `${host}\n`).join(""));
    const { status, stderr } = checkSquid(join(home!.folder, "squid.conf"));
    expect(stderr).toMatch(/is a subdomain of/);
    expect(status).not.toBe(0);
  });
});

async function startEcho() {
  const server = createServer((socket) => socket.on("error", () => {}).pipe(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise((done) => server.close(done));
    },
  };
}
