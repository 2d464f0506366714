import { type AddressInfo, createServer } from "node:net";
import { DiwanError } from "@diwan/kernel";
import { type HttpScript, type HttpScripting, type HttpServer, startHttpServer } from "@diwan/testkit";
import { describe, expect, it } from "vitest";
import { type EgressProfile, parsePrivateEntry, publicPolicy } from "../core/policy.ts";
import { type HttpClient, type HttpRequest, type HttpResponse, headerOf } from "../http-client.ts";
import { createGuardedHttpClient } from "./guarded-http-client.ts";

type Names = Record<string, string[]>;

/** A client for which loopback is open and names are what the test says. */
function clientOn(ports: readonly number[], names: Names = {}, profile: EgressProfile = "untrusted") {
  const asked: string[] = [];
  const allowPrivate = ports.map((port) => parsePrivateEntry(`127.0.0.1:${port}`)!);
  const client = createGuardedHttpClient({
    profile,
    policy: { ...publicPolicy, untrusted: { allow: [], allowPrivate } },
    resolver: {
      async resolve(name) {
        asked.push(name);
        const found = names[name];
        if (found === undefined) throw Object.assign(new Error("unknown"), { code: "ENOTFOUND" });
        return found;
      },
    },
  });
  return { client, asked };
}

function request(url: string, rest: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: "GET",
    url,
    headers: [],
    body: undefined,
    timeouts: { connectMs: 5_000, readMs: 5_000, writeMs: 5_000, totalMs: 20_000 },
    maxRedirects: 5,
    verifyTls: true,
    signal: new AbortController().signal,
    ...rest,
  };
}

async function bytesOf({ body }: HttpResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function problemOf(work: Promise<unknown>): Promise<DiwanError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DiwanError);
  return error as DiwanError;
}

const send = (client: HttpClient, url: string, rest?: Partial<HttpRequest>) => client.send(request(url, rest));

async function ask(scripting: HttpScript | HttpScripting, rest: Partial<HttpRequest> = {}, path = "/") {
  await using server = await startHttpServer(scripting);
  const response = await send(clientOn([server.port]).client, `${server.url}${path}`, rest);
  return { response, bytes: await bytesOf(response), requests: server.requests };
}

describe("a request", () => {
  it("goes out as it was given, and its answer comes back whatever its status", async () => {
    const headers = [
      ["X-One", "1"],
      ["X-One", "2"],
      ["X-Arabic", "مرحبا"],
    ] as const;
    const { response, bytes, requests } = await ask(
      { status: 418, headers: { "X-Cup": ["a", "b"] }, body: "short and stout" },
      { method: "POST", headers, body: Buffer.from("tea") },
      "/pot?size=1",
    );
    expect(response.status).toBe(418);
    expect(response.headers.filter(([name]) => name === "x-cup")).toEqual([
      ["x-cup", "a"],
      ["x-cup", "b"],
    ]);
    expect(bytes.toString()).toBe("short and stout");
    expect(requests[0]).toMatchObject({ method: "POST", path: "/pot?size=1", body: Buffer.from("tea") });
    expect(requests[0]!.headers["x-one"]).toBe("1, 2");
    expect(Buffer.from(String(requests[0]!.headers["x-arabic"]), "latin1").toString()).toBe("مرحبا");
  });

  it("carries nothing that belongs to the connection or to a cloud's metadata service", async () => {
    const mine = ["Host", "Connection", "Transfer-Encoding", "Content-Length", "Upgrade", "Expect", "TE", "Keep-Alive"];
    const clouds = ["Metadata-Flavor", "metadata", "X-aws-ec2-metadata-token", "x-aws-ec2-metadata-token-ttl-seconds"];
    const headers = [...mine, ...clouds].map((name) => [name, "42"] as const);
    const { requests } = await ask({}, { method: "POST", headers, body: Buffer.from("abc") });
    const { host, "content-length": length, ...rest } = requests[0]!.headers;
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(length).toBe("3");
    expect(Object.keys(rest).sort()).toEqual(["accept-encoding", "connection"]);
  });

  it("never carries a header that would break out of its line", async () => {
    const headers = [["X-One", "a\r\nX-Two: b"]] as const;
    await expect(ask({}, { headers })).rejects.toMatchObject({ code: "egress.failed" });
  });

  it("turns a user name in the address into basic authorization and hides it from then on", async () => {
    await using server = await startHttpServer();
    const { client } = clientOn([server.port]);
    const response = await send(client, server.url.replace("//", "//ada:love%20lace@"));
    expect(server.requests[0]!.headers.authorization).toBe(`Basic ${btoa("ada:love lace")}`);
    expect(response.url).toBe(`${server.url}/`);
  });

  it("of some size arrives whole, with its length", async () => {
    const body = Buffer.alloc(1_500_000, "0123456789abcdef");
    const { requests } = await ask({}, { method: "PUT", body });
    expect(requests[0]!.body.equals(body)).toBe(true);
    expect(requests[0]!.headers["content-length"]).toBe("1500000");
  });

  it.each(["gzip", "deflate", "br", "zstd"] as const)("reads an answer in %s", async (encoding) => {
    const body = "the quick brown fox ".repeat(5_000);
    const { bytes, response } = await ask({ encoding, body });
    expect(bytes.toString()).toBe(body);
    expect(headerOf(response, "content-encoding")).toBe(encoding);
    expect((await ask({ encoding, body }, { method: "HEAD" })).bytes).toHaveLength(0);
  });

  it("reads bare deflate, two encodings, an empty body said to be encoded, and one in an unknown encoding", async () => {
    const { deflateRawSync, gzipSync, brotliCompressSync } = await import("node:zlib");
    const encoded = (name: string, body: Uint8Array) => ask({ headers: { "content-encoding": name }, body });
    expect((await encoded("deflate", deflateRawSync("bare"))).bytes.toString()).toBe("bare");
    expect((await encoded("gzip, br", brotliCompressSync(gzipSync("twice")))).bytes.toString()).toBe("twice");
    expect((await encoded("gzip", Buffer.alloc(0))).bytes).toHaveLength(0);
    expect((await encoded("rot13", Buffer.from("uryyb"))).bytes.toString()).toBe("uryyb");
    for (const name of ["gzip", "deflate", "br", "zstd"])
      await expect(encoded(name, Buffer.from("\xffno such thing"))).rejects.toThrow("its answer cannot be decoded");
    const often = (times: number) => Array.from({ length: times }).reduce<Buffer>((b) => gzipSync(b), Buffer.from("x"));
    expect((await encoded("gzip, gzip, gzip", often(3))).bytes.toString()).toBe("x");
    await expect(encoded("gzip, gzip, gzip, gzip", often(4))).rejects.toMatchObject({ code: "egress.failed" });
  });

  it("unfolds no more of a bomb than is read", async () => {
    await using server = await startHttpServer({ encoding: "gzip", body: Buffer.alloc(1_000_000), repeat: 2_000 });
    const { body } = await send(clientOn([server.port]).client, server.url);
    let read = 0;
    for await (const chunk of body) {
      read += chunk.length;
      if (read > 1_000_000) break;
    }
    expect(read).toBeLessThan(1_200_000);
    await expect.poll(() => server.aborted()).toBe(1);
    expect(server.sentBytes()).toBeLessThan(2_000 * 1_000_000);
  });
});

describe("addresses", () => {
  const blocked = (host: string, reason: string) => ({
    code: "egress.blocked",
    kind: "author",
    message: `Blocked by the egress policy (${reason}): ${host}. Ask an administrator to allow it.`,
  });

  it("are looked up once, and the connection goes to the one that was checked", async () => {
    await using server = await startHttpServer();
    const { client, asked } = clientOn([server.port], { "api.example.test": ["127.0.0.1"] });
    await send(client, `http://api.example.test:${server.port}/`);
    expect(asked).toEqual(["api.example.test"]);
    expect(server.requests[0]!.headers.host).toBe(`api.example.test:${server.port}`);
  });

  it("that change between two look-ups gain nothing", async () => {
    await using server = await startHttpServer();
    const answers = [["127.0.0.1"], ["10.0.0.1"]];
    const client = createGuardedHttpClient({
      profile: "untrusted",
      policy: { ...publicPolicy, untrusted: { allow: [], allowPrivate: [parsePrivateEntry("127.0.0.0/8")!] } },
      resolver: { resolve: async () => answers.shift()! },
    });
    expect((await send(client, `http://rebind.example:${server.port}/`)).status).toBe(200);
    await expect(send(client, `http://rebind.example:${server.port}/`)).rejects.toMatchObject(
      blocked("rebind.example", "port"),
    );
  });

  it("are all tried until one answers", async () => {
    await using server = await startHttpServer({}, {});
    const policy = { ...publicPolicy, untrusted: { allow: [], allowPrivate: [parsePrivateEntry("127.0.0.0/8")!] } };
    const resolver = { resolve: async () => ["127.0.0.2", "127.0.0.1"] };
    const client = createGuardedHttpClient({ profile: "untrusted", policy, resolver });
    expect((await send(client, `http://two.example:${server.port}/`)).status).toBe(200);
  });

  it.each<[string, string, string]>([
    ["http://169.254.169.254/latest/meta-data/", "169.254.169.254", "ip-literal"],
    ["http://2852039166/", "169.254.169.254", "ip-literal"],
    ["http://0xa9.0xfe.0251.254/", "169.254.169.254", "ip-literal"],
    ["http://１２７。０。０。１/", "127.0.0.1", "ip-literal"],
    ["http://[::ffff:127.0.0.1]/", "::ffff:7f00:1", "ip-literal"],
    ["http://example.com@127.0.0.1/", "127.0.0.1", "ip-literal"],
    ["http://127.0.0.1./", "127.0.0.1", "ip-literal"],
    ["http://localhost/", "localhost", "internal-name"],
    ["http://metadata.google.internal./", "metadata.google.internal", "internal-name"],
    ["http://private.example/", "private.example", "private-range"],
    ["http://mixed.example/", "mixed.example", "private-range"],
    ["http://mixed.example./", "mixed.example", "private-range"],
    ["http://mapped.example/", "mapped.example", "private-range"],
    ["http://xn--bcher-kva.example/", "xn--bcher-kva.example", "private-range"],
    ["http://BÜCHER.example/", "xn--bcher-kva.example", "private-range"],
    ["http://six.example/", "six.example", "ipv6"],
    ["http://public.example:22/", "public.example", "port"],
    ["ftp://public.example/", "public.example", "scheme"],
    ["file:///etc/passwd", "", "scheme"],
  ])("of %s are refused", async (url, host, reason) => {
    const { client } = clientOn([], {
      "private.example": ["10.0.0.8"],
      "mixed.example": ["93.184.216.34", "10.0.0.8"],
      "mapped.example": ["::ffff:169.254.169.254"],
      "xn--bcher-kva.example": ["192.168.1.1"],
      "six.example": ["2606:4700::1111"],
    });
    await expect(send(client, url)).rejects.toMatchObject(blocked(host, reason));
  });

  it("that are refused are named with port, profile, reason and rule", async () => {
    const { client } = clientOn([], { "private.example": ["10.0.0.8"] });
    const { details } = await problemOf(send(client, "https://private.example/secret?token=1"));
    expect(Object.fromEntries(details!.map(({ path, message }) => [path, message]))).toEqual({
      host: "private.example",
      port: "443",
      profile: "untrusted",
      reason: "private-range",
      rule: "10.0.0.0/8",
    });
  });

  it("are not even looked up where the name is enough for a refusal", async () => {
    const { client, asked } = clientOn([]);
    await problemOf(send(client, "http://db/"));
    await problemOf(send(client, "http://example.com:22/"));
    expect(asked).toEqual([]);
  });

  it("that do not exist are a failure, not a refusal", async () => {
    const error = await problemOf(send(clientOn([]).client, "https://no-such.example/"));
    expect(error.message).toBe("The request to no-such.example failed: its host name is not known.");
    expect(error).toMatchObject({ code: "egress.failed", kind: "dependency" });
  });
});

describe("redirects", () => {
  /** Two servers, the first of which sends on to the second. */
  async function across(first: (second: HttpServer) => HttpScript, rest: Partial<HttpRequest>) {
    await using second = await startHttpServer({ body: "there" });
    await using server = await startHttpServer(() => first(second));
    const { client } = clientOn([server.port, second.port]);
    const response = await send(client, server.url, rest);
    return { response, from: server.requests[0]!, to: second.requests[0]! };
  }

  it("to another origin carry no credentials", async () => {
    const headers = [
      ["Authorization", "Bearer sk-1"],
      ["Cookie", "a=b"],
      ["X-Api-Key", "k"],
      ["Accept", "text/plain"],
    ] as const;
    const { from, to } = await across(({ url }) => ({ redirect: url }), { headers, credentialHeaders: ["x-api-key"] });
    expect(from.headers).toMatchObject({ authorization: "Bearer sk-1", cookie: "a=b", "x-api-key": "k" });
    expect(Object.keys(to.headers).sort()).toEqual(["accept", "accept-encoding", "connection", "host"]);
  });

  it("within an origin keep them", async () => {
    const { requests, response } = await ask(({ path }) => (path === "/" ? { redirect: "/next?a=1" } : {}), {
      headers: [["Authorization", "Bearer sk-1"]],
    });
    expect(requests[1]).toMatchObject({ path: "/next?a=1", headers: { authorization: "Bearer sk-1" } });
    expect(response.url).toMatch(/\/next\?a=1$/);
  });

  it.each<[number, string, string, string]>([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "POST", "GET", ""],
    [303, "DELETE", "GET", ""],
    [303, "HEAD", "HEAD", ""],
    [301, "PUT", "PUT", "x"],
    [307, "POST", "POST", "x"],
    [308, "PATCH", "PATCH", "x"],
  ])("with %i make %s into %s, as browsers do", async (status, method, after, body) => {
    const { requests } = await ask(({ path }) => (path === "/" ? { status, redirect: "/next" } : {}), {
      method,
      headers: [["Content-Type", "text/plain"]],
      body: method === "HEAD" ? undefined : Buffer.from("x"),
    });
    expect(requests[1]).toMatchObject({ method: after, body: Buffer.from(body) });
    expect(requests[1]!.headers["content-type"]).toBe(after === method ? "text/plain" : undefined);
  });

  it.each([
    "http://10.0.0.1/",
    "http://[::1]/",
    "http://169.254.169.254/",
    "file:///etc/passwd",
    "gopher://x/",
    "//db/",
  ])("to %s are decided like any request", async (redirect) => {
    await expect(ask({ redirect })).rejects.toMatchObject({ code: "egress.blocked" });
  });

  it("end: too many are a failure, and none are followed where none are wanted", async () => {
    let seen = 0;
    const around = () => {
      seen += 1;
      return { redirect: "/again" };
    };
    const error = await problemOf(ask(around, { maxRedirects: 3 }));
    expect(error.message).toMatch(/failed: it redirected more than 3 times\.$/);
    expect(seen).toBe(4);
    expect((await ask(around, { maxRedirects: 0 })).response.status).toBe(302);
  });

  it("that lead nowhere are the answer", async () => {
    expect((await ask({ status: 302 })).response.status).toBe(302);
    expect((await ask({ redirect: "http://" })).response.status).toBe(302);
  });
});

describe("time", () => {
  const BODY_BYTES = 30_000_000;
  const timeouts = { connectMs: 5_000, readMs: 5_000, writeMs: 5_000, totalMs: 20_000 };

  it("runs out where the name server does not answer", async () => {
    const client = createGuardedHttpClient({
      profile: "untrusted",
      policy: publicPolicy,
      resolver: { resolve: () => new Promise(() => {}) },
    });
    const error = await problemOf(send(client, "http://slow.example/", { timeouts: { ...timeouts, connectMs: 100 } }));
    expect(error).toMatchObject({ code: "egress.timed-out", kind: "dependency" });
    expect(error.message).toBe("slow.example could not be connected to within 0.1 seconds.");
  });

  it("runs out where the server does not answer, or falls silent in the middle", async () => {
    for (const script of [{ hang: true }, { body: "some", open: true }]) {
      const error = await problemOf(ask(script, { timeouts: { ...timeouts, readMs: 150 } }));
      expect(error.message).toBe("127.0.0.1 did not answer within 0.15 seconds.");
    }
  });

  it("runs out where the server does not take the request", async () => {
    await using server = await startHttpServer({}, { deaf: true });
    const { client } = clientOn([server.port]);
    const body = Buffer.alloc(30_000_000);
    const rest = { method: "POST", body, timeouts: { ...timeouts, writeMs: 200 } };
    const error = await problemOf(send(client, server.url, rest));
    expect(error.message).toBe("127.0.0.1 did not take the request within 0.2 seconds.");
  });

  it("does not run out while a slow server takes the request, part by part", async () => {
    let received = 0;
    await using server = createServer((socket) => {
      socket
        .on("error", () => {})
        .on("data", (chunk) => {
          received += chunk.length;
          if (received > BODY_BYTES) socket.end("HTTP/1.1 204 No Content\r\n\r\n");
          socket.pause();
          setTimeout(() => socket.resume(), 3);
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const rest = { method: "POST", body: Buffer.alloc(BODY_BYTES), timeouts: { ...timeouts, writeMs: 400 } };
    const startedAt = performance.now();
    expect((await send(clientOn([port]).client, `http://127.0.0.1:${port}`, rest)).status).toBe(204);
    expect(performance.now() - startedAt).toBeGreaterThan(400);
  });

  it("runs out as a whole where a server drips its head or its body", async () => {
    const head = `HTTP/1.1 200 OK\r\n${"x-a: b\r\n".repeat(500)}\r\n`;
    for (const script of [
      { raw: head, dripMs: 20 },
      { body: "x".repeat(1000), dripMs: 20 },
    ]) {
      const error = await problemOf(ask(script, { timeouts: { ...timeouts, readMs: 1_000, totalMs: 300 } }));
      expect(error.message).toBe("127.0.0.1 did not come to an end within 0.3 seconds.");
    }
  });

  it("counts over all redirects", async () => {
    const slow = { redirect: "/again", delayMs: 80 };
    const error = await problemOf(ask(slow, { maxRedirects: 50, timeouts: { ...timeouts, totalMs: 300 } }));
    expect(error.code).toBe("egress.timed-out");
  });

  it("does not run while the reader is busy with what came", async () => {
    await using server = await startHttpServer({ body: Buffer.alloc(300_000), repeat: 3 });
    const { client } = clientOn([server.port]);
    const { body } = await send(client, server.url, { timeouts: { ...timeouts, readMs: 100 } });
    let read = 0;
    for await (const chunk of body) {
      if (read === 0) await new Promise((resolve) => setTimeout(resolve, 250));
      read += chunk.length;
    }
    expect(read).toBe(900_000);
  });

  it("ends at once when the caller says so, at every stage", async () => {
    for (const [scripting, options] of [
      [{ hang: true }, {}],
      [{ body: "x", open: true }, {}],
      [{}, { deaf: true }],
    ] as const) {
      await using server = await startHttpServer(scripting, options);
      const { client } = clientOn([server.port]);
      const abort = new AbortController();
      setTimeout(() => abort.abort("enough"), 50);
      const work = send(client, server.url, { signal: abort.signal }).then(bytesOf);
      await expect(work).rejects.toBe("enough");
      await expect.poll(() => server.aborted()).toBe(1);
    }
  });
});

describe("a server that misbehaves", () => {
  it.each<[string, HttpScript, RegExp]>([
    ["resets the connection", { body: "12345678", cutAfter: 4 }, /the connection was cut/],
    [
      "promises more than it sends",
      { raw: "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc" },
      /the connection was cut/,
    ],
    ["does not speak HTTP", { raw: "SSH-2.0-OpenSSH_9.2\r\n" }, /its answer is no proper HTTP/],
    ["sends a head without end", { headers: { "x-long": "a".repeat(70_000) } }, /the head of its answer is too large/],
    [
      "answers a GET by switching protocols",
      { raw: "HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n" },
      /./,
    ],
  ])("fails the request: %s", async (_, script, reason) => {
    const error = await problemOf(ask(script));
    expect(error).toMatchObject({ code: "egress.failed" });
    expect(error.message).toMatch(reason);
  });

  it("is not connected to where nothing listens", async () => {
    const { port } = await startHttpServer().then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });
    const error = await problemOf(send(clientOn([port]).client, `http://127.0.0.1:${port}/`));
    expect(error.message).toBe("The request to 127.0.0.1 failed: nothing listens at its address.");
  });

  it("with a certificate that nobody trusts is asked only where the author says so", async () => {
    await using server = await startHttpServer({ body: "over tls" }, { tls: true });
    const { client } = clientOn([server.port], { "api.example.test": ["127.0.0.1"] });
    for (const url of [server.url, `https://api.example.test:${server.port}`]) {
      const error = await problemOf(send(client, url));
      expect(error.message).toMatch(/its certificate is not trusted/);
      expect((await bytesOf(await send(client, url, { verifyTls: false }))).toString()).toBe("over tls");
    }
  });
});

describe("connections", () => {
  it("of authors' requests end with them; the platform's are kept", async () => {
    for (const [profile, expected] of [
      ["untrusted", "close"],
      ["platform", "keep-alive"],
    ] as const) {
      await using server = await startHttpServer({ body: "x" });
      const { client } = clientOn([server.port], {}, profile);
      for (let times = 0; times < 2; times += 1) await bytesOf(await send(client, server.url));
      expect(server.requests.map(({ headers }) => headers.connection)).toEqual([expected, expected]);
    }
  });

  it("of the platform are refused to metadata services too, by address and by name", async () => {
    const { client } = clientOn([], { "llm.example": ["169.254.169.254"] }, "platform");
    for (const url of ["http://169.254.169.254/v1", "http://llm.example/v1"])
      await expect(send(client, url)).rejects.toMatchObject({ code: "egress.blocked" });
  });
});
