import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { type EgressPolicy, nameServerResolver, parsePolicyFile } from "@diwan/egress";
import { type HttpServer, type Names, rawExchange, startHttpServer, startNameServer } from "@diwan/testkit";
import { describe, expect, it } from "vitest";
import type { Decision } from "./decision-log.ts";
import { startEgressProxy } from "./start-egress-proxy.ts";

/** Loopback is no public address; an operator's entry opens it for one host, as it would an inner server. */
const opened = { allow_private: [{ host: "site.example.net", cidr: "127.0.0.0/8" }] };
const base = { version: 1, mode: "public", untrusted: opened };
const siteNames: Names = { "site.example.net": ["127.0.0.1"] };

async function startProxy(policy: object = {}, names: Names = siteNames) {
  const nameServer = await startNameServer(names);
  const decisions: Decision[] = [];
  let current = policyFrom(policy);
  const proxy = await startEgressProxy(
    {
      policy: () => current,
      resolver: nameServerResolver([nameServer.address]),
      log: (decision) => decisions.push(decision),
    },
    { host: "127.0.0.1", untrustedPort: 0, platformPort: 0 },
  );
  return {
    port: proxy.untrustedPort,
    platformPort: proxy.platformPort,
    decisions,
    asked: nameServer.asked,
    change(next: object) {
      current = policyFrom(next);
    },
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await nameServer[Symbol.asyncDispose]();
    },
  };
}

const policyFrom = (policy: object): EgressPolicy => parsePolicyFile(JSON.stringify({ ...base, ...policy }));

function get(port: number, target: string, headers: readonly string[] = [], body = "", method = "GET") {
  const lines = [`${method} ${target} HTTP/1.1`, "Host: elsewhere.example", "Connection: close", ...headers];
  return rawExchange(port, `${lines.join("\r\n")}\r\n\r\n${body}`);
}

const site = ({ port }: { port: number }, path = "/") => `http://site.example.net:${port}${path}`;

async function logged(decisions: Decision[], count = 1): Promise<Decision[]> {
  for (let tries = 0; decisions.length < count && tries < 200; tries += 1) await sleep(10);
  return decisions;
}

/** Sends back what it gets, and ends when the other side does. */
async function startEcho() {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.on("error", () => {}).pipe(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise((done) => server.close(done));
    },
  };
}

async function tunnel(proxyPort: number, target: string, first = ""): Promise<{ socket: Socket; head: string }> {
  const socket = connect({ host: "127.0.0.1", port: proxyPort, allowHalfOpen: true });
  socket.on("error", () => {});
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n${first}`);
  let head = "";
  while (!head.includes("\r\n\r\n")) head += String((await once(socket, "data"))[0]);
  return { socket, head };
}

describe("a plain request", () => {
  it("arrives at the address that was checked, under the name that was asked for", async () => {
    await using server = await startHttpServer({ status: 418, headers: { "X-Cup": ["a", "b"] }, body: "short" });
    await using proxy = await startProxy();
    const body = "tea";
    const answer = await get(proxy.port, site(server, "/pot?size=1"), ["Content-Length: 3"], body, "POST");
    expect(answer).toMatchObject({ status: 418, headers: { "x-cup": "b" } });
    expect(answer.body).toContain("short");
    expect(server.requests[0]).toMatchObject({ method: "POST", path: "/pot?size=1", body: Buffer.from(body) });
    expect(server.requests[0]!.headers.host).toBe(`site.example.net:${server.port}`);
    expect(proxy.asked.sort()).toEqual(["site.example.net", "site.example.net"]);
  });

  it("carries nothing of the connection or for metadata services, and who asks from the address", async () => {
    await using server = await startHttpServer();
    await using proxy = await startProxy();
    const of = [
      "Proxy-Authorization: Basic eDp5",
      "Proxy-Connection: keep-alive",
      "X-Mine: 1",
      "Keep-Alive: 5",
      "TE: gzip",
    ];
    const clouds = ["Metadata-Flavor: Google", "Metadata: true", "X-aws-ec2-metadata-token: t", "X-Kept: 2"];
    const target = site(server).replace("//", "//ada:secret@");
    await get(proxy.port, target, [...of, ...clouds, "Connection: X-Mine"]);
    expect(Object.keys(server.requests[0]!.headers).sort()).toEqual(["authorization", "connection", "host", "x-kept"]);
    expect(server.requests[0]!.headers.authorization).toBe(`Basic ${btoa("ada:secret")}`);
  });

  it("may be one of several on a connection, each decided for itself", async () => {
    await using server = await startHttpServer({ body: "here" });
    await using proxy = await startProxy();
    const one = `GET ${site(server)} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const two = "GET http://10.0.0.1/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const { status, body } = await rawExchange(proxy.port, one + two);
    expect(status).toBe(200);
    expect(body).toMatch(/HTTP\/1\.1 403 Forbidden[\s\S]*X-SSRF-Deny-Reason: ip-literal/);
  });

  it("is answered also where its body is still on its way", async () => {
    await using proxy = await startProxy();
    const options = { host: "127.0.0.1", port: proxy.port, method: "POST", path: "http://10.0.0.1/", agent: false };
    for (let round = 0; round < 5; round += 1) {
      const out = request(options);
      out.end(Buffer.alloc(8_000_000));
      const [answer] = (await once(out, "response")) as [IncomingMessage];
      await sleep(50);
      expect(answer.statusCode).toBe(403);
      expect(await text(answer)).toContain("egress.blocked");
    }
  });

  it("whose answer has a header that cannot be sent on ends, and nothing else does", async () => {
    await using server = await startHttpServer({
      raw: "HTTP/1.1 200 OK\r\nX-Odd: a\u0001b\r\nContent-Length: 2\r\n\r\nok",
    });
    await using proxy = await startProxy();
    expect([200, 502]).toContain((await get(proxy.port, site(server))).status);
    server.script({ body: "well" });
    expect((await get(proxy.port, site(server))).status).toBe(200);
  });

  it("never lets the other side speak in the proxy's name", async () => {
    await using server = await startHttpServer({ headers: { "X-SSRF-Deny-Reason": "closed" } });
    await using proxy = await startProxy();
    const answer = await get(proxy.port, site(server));
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty("x-ssrf-deny-reason");
  });

  it("streams: the first part of an answer does not wait for the last", async () => {
    await using server = await startHttpServer({ body: "abc", dripMs: 300 });
    await using proxy = await startProxy();
    const socket = connect({ host: "127.0.0.1", port: proxy.port });
    socket.write(`GET ${site(server)} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const startedAt = performance.now();
    let text = "";
    while (!/a\r?\n?/.test(text.split("\r\n\r\n")[1] ?? "")) text += String((await once(socket, "data"))[0]);
    expect(performance.now() - startedAt).toBeLessThan(300);
    socket.destroy();
  });

  it("is broken off with its client, and a cut answer is cut here too", async () => {
    await using server = await startHttpServer({ open: true, body: "x" });
    await using proxy = await startProxy();
    const socket = connect({ host: "127.0.0.1", port: proxy.port });
    socket.write(`GET ${site(server)} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await once(socket, "data");
    socket.destroy();
    for (let tries = 0; server.aborted() === 0 && tries < 100; tries += 1) await sleep(20);
    expect(server.aborted()).toBe(1);
    server.script({ headers: { "Content-Length": "100" }, body: "half", cutAfter: 4 });
    const cut = await get(proxy.port, site(server));
    expect(cut.headers["content-length"]).toBe("100");
    expect(cut.body).toBe("half");
  });
});

describe("a tunnel", () => {
  const policy = { untrusted: { allow_private: [{ host: "site.example.net", cidr: "127.0.0.0/8" }] } };

  it("carries bytes both ways, those that came with the request too, and ends side by side", async () => {
    await using echo = await startEcho();
    await using proxy = await startProxy(policy);
    const { socket, head } = await tunnel(proxy.port, `site.example.net:${echo.port}`, "early ");
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    let received = head.split("\r\n\r\n")[1]!;
    socket.on("data", (part) => {
      received += part;
    });
    socket.end("late");
    await once(socket, "end");
    expect(received).toBe("early late");
    const [decision] = await logged(proxy.decisions);
    expect(decision).toMatchObject({ method: "CONNECT", verdict: "allowed", bytes: 10, port: echo.port });
  });

  it("carries a large answer whole to a reader that pauses", async () => {
    const block = randomBytes(1_000_003);
    const sent = createHash("sha256");
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        for (let times = 0; times < 40; times += 1) socket.write(block);
        socket.end();
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    for (let times = 0; times < 40; times += 1) sent.update(block);
    await using proxy = await startProxy(policy);
    const { port } = server.address() as AddressInfo;
    const { socket, head } = await tunnel(proxy.port, `site.example.net:${port}`);
    expect(head.split("\r\n\r\n")[1]).toBe("");
    socket.write("go");
    const received = createHash("sha256");
    let parts = 0;
    for await (const part of socket) {
      received.update(part as Buffer);
      parts += 1;
      if (parts % 50 === 0) await sleep(5);
    }
    expect(received.digest("hex")).toBe(sent.digest("hex"));
    socket.destroy();
    await new Promise((done) => server.close(done));
  });

  it("outlives a change of the policy that would refuse it now", async () => {
    await using echo = await startEcho();
    await using proxy = await startProxy(policy);
    const { socket } = await tunnel(proxy.port, `site.example.net:${echo.port}`);
    proxy.change({ mode: "closed" });
    socket.write("still here");
    expect(String((await once(socket, "data"))[0])).toBe("still here");
    expect((await tunnel(proxy.port, `site.example.net:${echo.port}`)).head).toMatch(/403[\s\S]*Deny-Reason: closed/);
    socket.destroy();
  });

  it("is refused as a request is", async () => {
    await using proxy = await startProxy();
    const answer = await rawExchange(proxy.port, "CONNECT 169.254.169.254:443 HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(answer).toMatchObject({ status: 403, headers: { "x-ssrf-deny-reason": "ip-literal" } });
    expect(JSON.parse(answer.body)).toMatchObject({ code: "egress.blocked", host: "169.254.169.254", port: 443 });
  });
});

describe("a refusal", () => {
  it("names all that somebody can act on, and nothing is asked or sent for it", async () => {
    await using proxy = await startProxy();
    const answer = await get(proxy.port, "http://metadata.google.internal/token?secret=1");
    expect(answer.status).toBe(403);
    expect(answer.headers).toMatchObject({ "x-ssrf-deny-reason": "internal-name", "content-type": "application/json" });
    expect(JSON.parse(answer.body)).toEqual({
      code: "egress.blocked",
      message:
        "Blocked by the egress policy (internal-name): metadata.google.internal. Ask an administrator to allow it.",
      host: "metadata.google.internal",
      port: 80,
      profile: "untrusted",
      reason: "internal-name",
      rule: ".internal",
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(proxy.asked).toEqual([]);
  });

  it("is not what something else that went wrong looks like", async () => {
    await using proxy = await startProxy({ platform: { private_model_endpoints: true } });
    const answers = await Promise.all([
      get(proxy.port, "/"),
      rawExchange(proxy.port, "nonsense\r\n\r\n"),
      get(proxy.port, "http://unknown.example.net/"),
      get(proxy.platformPort, "http://127.0.0.1:1/"),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 502, 502]);
    for (const { headers } of answers) expect(headers).not.toHaveProperty("x-ssrf-deny-reason");
  });
});

it("connects only to what it checked, however a name turns", async () => {
  await using server = await startHttpServer({ body: "mine" });
  const turning = Array.from({ length: 60 }, (_, place) => [place % 2 === 0 ? "127.0.0.1" : "169.254.169.254"]);
  await using proxy = await startProxy({}, { "site.example.net": { answers: turning } });
  const answers = [];
  for (let round = 0; round < 40; round += 1) answers.push(await get(proxy.port, site(server)));
  const arrived = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ headers }) => headers["x-ssrf-deny-reason"] === "port");
  expect(arrived.length + refused.length).toBe(40);
  expect([arrived.length, refused.length]).toEqual([20, 20]);
  expect(server.requests).toHaveLength(arrived.length);
});

describe("limits", () => {
  const limits = (more: object) => ({ limits: more });

  it("of a request count what is said and what comes", async () => {
    await using server = await startHttpServer();
    await using proxy = await startProxy(limits({ request_mib: 0.001 }));
    const said = await get(proxy.port, site(server), ["Content-Length: 2000"], "x".repeat(2000), "POST");
    const chunk = `7d0\r\n${"x".repeat(2000)}\r\n0\r\n\r\n`;
    const came = await get(proxy.port, site(server), ["Transfer-Encoding: chunked"], chunk, "POST");
    expect([said.status, came.status]).toEqual([413, 413]);
    expect(server.requests.filter(({ body }) => body.length >= 2000)).toEqual([]);
    expect((await logged(proxy.decisions, 2)).map(({ verdict }) => verdict)).toEqual(["over-limit", "over-limit"]);
  });

  it("of an answer count what is said and what comes", async () => {
    await using server = await startHttpServer({ headers: { "Content-Length": "5000" }, body: "x".repeat(5000) });
    await using proxy = await startProxy(limits({ response_mib: 0.004 }));
    expect((await get(proxy.port, site(server))).status).toBe(413);
    server.script({ body: "y".repeat(1000), repeat: 100 });
    const cut = await get(proxy.port, site(server));
    expect(cut.body.length).toBeLessThan(100_000);
    expect(cut.body).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  it("of silence end what waits, and of time what drips", async () => {
    await using server = await startHttpServer({ hang: true });
    await using echo = await startEcho();
    await using proxy = await startProxy(limits({ idle_seconds: 0.3, total_seconds: 0.9 }));
    expect((await get(proxy.port, site(server))).status).toBe(504);
    const { socket } = await tunnel(proxy.port, `site.example.net:${echo.port}`);
    const closed = once(socket, "end");
    socket.resume();
    const startedAt = performance.now();
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(800);
    server.script({ body: "x".repeat(1000), dripMs: 50 });
    const drip = await get(proxy.port, site(server));
    expect(drip.status).toBe(200);
    expect(drip.body.length).toBeLessThan(300);
  });

  it("of one client count its connections over both listeners", async () => {
    await using server = await startHttpServer({ hang: true });
    await using proxy = await startProxy(limits({ per_client: 2 }));
    const waiting = [proxy.port, proxy.platformPort].map((port) => connect(port, "127.0.0.1"));
    await Promise.all(waiting.map((socket) => once(socket, "connect")));
    await sleep(50);
    expect((await get(proxy.port, site(server))).status).toBe(429);
    expect(server.requests).toEqual([]);
    for (const socket of waiting) socket.destroy();
    await sleep(50);
    server.script({ body: "free" });
    expect((await get(proxy.port, site(server))).status).toBe(200);
  });
});

describe("a line of the log", () => {
  it("says who asked for what, what became of it and why, and no secret", async () => {
    await using server = await startHttpServer({ body: "12345" });
    await using proxy = await startProxy();
    const user = ["Proxy-Authorization: Basic ", btoa("w1.a1.r1:ignored")].join("");
    await get(proxy.port, site(server, "/path?token=hush").replace("//", "//ada:hush@"), [user]);
    await get(proxy.port, "http://10.0.0.1/?token=hush", ["Authorization: hush"]);
    const decisions = await logged(proxy.decisions, 2);
    expect(decisions[0]).toEqual({
      profile: "untrusted",
      workspace: "w1",
      app: "a1",
      run: "r1",
      host: "site.example.net",
      port: server.port,
      method: "GET",
      verdict: "allowed",
      reason: null,
      rule: "allow_private: site.example.net 127.0.0.0/8",
      bytes: 5,
      ms: expect.any(Number),
    });
    expect(decisions[1]).toMatchObject({ workspace: null, verdict: "refused", reason: "ip-literal", bytes: 0 });
    expect(JSON.stringify(decisions)).not.toContain("hush");
  });
});

describe("through a proxy of the operator's", () => {
  async function startUpstream(answer: string) {
    const heads: string[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (head) => {
        heads.push(String(head));
        socket.write(answer);
        if (answer.startsWith("HTTP/1.1 200 Joined")) socket.pipe(socket);
        else socket.end();
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return {
      url: `http://ada:secret@127.0.0.1:${(server.address() as AddressInfo).port}`,
      heads,
      async [Symbol.asyncDispose]() {
        await new Promise((done) => server.close(done));
      },
    };
  }
  const names: Names = { "api.example.com": ["93.184.216.34"] };
  const login = `Basic ${btoa("ada:secret")}`;

  it("requests and tunnels go on with its password and under their own name", async () => {
    await using plain = await startUpstream("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfar!");
    await using proxy = await startProxy({ upstream_proxy: plain.url }, names);
    expect(await get(proxy.port, "http://api.example.com/a?b")).toMatchObject({ status: 200, body: "far!" });
    expect(plain.heads[0]).toMatch(/^GET http:\/\/api\.example\.com:80\/a\?b HTTP\/1\.1\r\n/);
    expect(plain.heads[0]).toContain(`Proxy-Authorization: ${login}\r\n`);

    await using joining = await startUpstream("HTTP/1.1 200 Joined\r\nX: y\r\n\r\nhello ");
    proxy.change({ upstream_proxy: joining.url });
    const { socket, head } = await tunnel(proxy.port, "api.example.com:443");
    let received = head.split("\r\n\r\n")[1]!;
    socket.write("world");
    while (!received.includes("world")) received += String((await once(socket, "data"))[0]);
    expect(received).toBe("hello world");
    expect(joining.heads[0]).toMatch(/^CONNECT api\.example\.com:443 HTTP\/1\.1\r\n/);
    expect(joining.heads[0]).toContain(`Proxy-Authorization: ${login}\r\n`);
    socket.destroy();
  });

  it("what it does not take is a 502, and what the policy refuses never gets there", async () => {
    await using upstream = await startUpstream("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    await using proxy = await startProxy({ upstream_proxy: upstream.url }, names);
    expect((await tunnel(proxy.port, "api.example.com:443")).head).toMatch(/^HTTP\/1\.1 502 /);
    expect((await get(proxy.port, "http://10.0.0.1/")).status).toBe(403);
    expect(upstream.heads).toHaveLength(1);
  });
});

it("lets what is under way end before it goes", async () => {
  await using server: HttpServer = await startHttpServer({ body: "abcdef", dripMs: 50 });
  const nameServer = await startNameServer(siteNames);
  const needs = { policy: () => policyFrom({}), resolver: nameServerResolver([nameServer.address]), log: () => {} };
  const proxy = await startEgressProxy(needs, { host: "127.0.0.1", untrustedPort: 0, platformPort: 0 });
  const answer = get(proxy.untrustedPort, site(server));
  await sleep(100);
  await proxy.close(5_000);
  expect((await answer).body).toContain("f");
  await expect(get(proxy.untrustedPort, site(server))).rejects.toThrow();
  await nameServer[Symbol.asyncDispose]();
});
