import { createGuardedHttpClient, parsePrivateEntry, publicPolicy, type Resolver } from "@diwan/egress";
import {
  type HttpScript,
  type HttpScripting,
  type HttpServer,
  type MemoryRunFiles,
  memoryRunFiles,
  startHttpServer,
} from "@diwan/testkit";
import {
  type Failed,
  isObject,
  type Outcome,
  parseJson,
  type Succeeded,
  type Value,
  VariablePool,
} from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import type { NodePorts } from "../ports.ts";
import { httpRequestNode } from "./http-request.node.ts";
import { defaultHttpLimits, type HttpLimits } from "./limits.ts";

type World = {
  variables: VariablePool;
  files: MemoryRunFiles;
  limits: Partial<HttpLimits>;
  resolver?: Resolver;
  signal: AbortSignal;
};

function world(rest: Partial<World> = {}): World {
  const signal = new AbortController().signal;
  return { variables: new VariablePool(), files: memoryRunFiles(), limits: {}, signal, ...rest };
}

async function run(data: object, given: World = world()): Promise<Outcome> {
  const settings = httpRequestNode.settings.parse({ type: "http-request", title: "Call", ...data });
  const allowPrivate = [parsePrivateEntry("127.0.0.0/8")!];
  const policy = { ...publicPolicy, untrusted: { allow: [], allowPrivate } };
  const { resolver } = given;
  const ports: Pick<NodePorts, "http" | "httpLimits" | "files"> = {
    http: createGuardedHttpClient({ profile: "untrusted", policy, ...(resolver === undefined ? {} : { resolver }) }),
    httpLimits: { ...defaultHttpLimits, ...given.limits },
    files: given.files,
  };
  const context = {
    nodeId: "call",
    title: "Call",
    settings,
    variables: given.variables,
    signal: given.signal,
    emit: () => {},
    stepId: "step-1",
    attempt: 1,
    attemptId: "attempt-1",
  };
  return httpRequestNode.run(context as never, ports as NodePorts);
}

/** Runs one step against a server that does what the script says. */
async function call(data: object, scripting: HttpScript | HttpScripting = {}, given: World = world()) {
  await using server = await startHttpServer(scripting);
  const outcome = await run({ method: "get", url: `${server.url}/`, ...data }, given);
  return { outcome, seen: server.requests[0]!, server };
}

function succeeded(outcome: Outcome): Succeeded["outputs"] {
  expect(outcome).toMatchObject({ status: "succeeded" });
  return (outcome as Succeeded).outputs;
}

function errorOf(outcome: Outcome): Failed["error"] {
  expect(outcome).toMatchObject({ status: "failed" });
  return (outcome as Failed).error;
}

function logOf(outcome: Outcome): string {
  return String((outcome as Succeeded | Failed).processData?.["request"]);
}

function pool(values: Record<string, Value>, secrets: Record<string, string> = {}): VariablePool {
  const variables = new VariablePool();
  variables.setAll("in", values);
  for (const [name, value] of Object.entries(secrets)) variables.setSecret("env", name, value);
  return variables;
}

const json = (value: string) => ({ type: "json", data: [{ id: "1", key: "", type: "text", value }] });

describe("the request", () => {
  it.each(["get", "POST", "Put", "patch", "DELETE"])("is sent with the method %s", async (method) => {
    const { seen, outcome } = await call({ method }, { body: "hello", headers: { "content-type": "text/plain" } });
    expect(seen.method).toBe(method.toUpperCase());
    expect(succeeded(outcome)).toMatchObject({ status_code: 200, body: "hello", files: [] });
  });

  it("gets nothing but a head for HEAD", async () => {
    const headers = { "content-type": "image/png", "content-length": "99999999" };
    const { outcome } = await call({ method: "head" }, { headers });
    expect(succeeded(outcome)).toMatchObject({ body: "", files: [] });
  });

  it("with OPTIONS is in the file's rules, and not sent", async () => {
    const outcome = await run({ method: "OPTIONS", url: "http://127.0.0.1/" });
    expect(errorOf(outcome)).toMatchObject({
      type: "InvalidHttpMethodError",
      code: "node.http-request.method-invalid",
    });
    expect(() => httpRequestNode.settings.parse({ method: "trace", url: "" })).toThrow();
  });

  it.each(["", "   ", "example.com", "ftp://example.com", "file:///etc/passwd", "http://", "https://exa mple.com/"])(
    "to %j fails",
    async (url) => {
      expect(errorOf(await run({ method: "get", url }))).toMatchObject({
        type: "InvalidURLError",
        code: "node.http-request.url-invalid",
      });
    },
  );

  it("has its address filled in, and an unknown variable as its bare path", async () => {
    const given = world({ variables: pool({ path: "a b/ü" }) });
    await using server = await startHttpServer();
    await run({ method: "get", url: `${server.url}/{{#in.path#}}/{{#in.none#}}?x=a%20b&y` }, given);
    expect(server.requests[0]!.path).toBe("/a%20b/%C3%BC/in.none?x=a%20b&y");
  });

  it("keeps repeated parameters, each key and value filled in by itself", async () => {
    const given = world({ variables: pool({ key: "k:1\nevil:2", value: "a&b=c\nd:e" }) });
    const params = "tag: one\n\n  tag:two\n{{#in.key#}}:{{#in.value#}}\nbare\nurl:http://x";
    const { seen } = await call({ params }, {}, given);
    expect([...new URL(seen.path, "http://x").searchParams]).toEqual([
      ["tag", "one"],
      ["tag", "two"],
      ["k:1\nevil:2", "a&b=c\nd:e"],
      ["bare", ""],
      ["url", "http://x"],
    ]);
    expect(seen.path).not.toContain("+");
  });

  it("has its headers filled in as one text: a value with a line break adds a header, the last of a name counts", async () => {
    const given = world({ variables: pool({ value: "one\nX-Added: two" }) });
    const { seen } = await call(
      { headers: "X-Given: {{#in.value#}}\nx-last: 1\nX-Last: 2\n\nX-Time: 10:30" },
      {},
      given,
    );
    expect(seen.headers).toMatchObject({ "x-given": "one", "x-added": "two", "x-last": "2", "x-time": "10:30" });
  });

  it("never lets a value from outside break out of a header, a parameter or a part", async () => {
    for (const value of ["a\rX-Evil: 1", "a\u0000b", "a\u007fb"]) {
      const { outcome, seen } = await call(
        { headers: "X-Given: {{#in.value#}}" },
        {},
        world({ variables: pool({ value }) }),
      );
      expect(errorOf(outcome).code).toBe("node.http-request.header-invalid");
      expect(seen).toBeUndefined();
    }
    const given = world({ variables: pool({ value: '"\r\nX-Evil: 1\r\n\r\n' }) });
    const data = [{ key: "{{#in.value#}}", type: "text", value: "{{#in.value#}}" }];
    const { seen } = await call(
      { method: "post", params: "q:{{#in.value#}}", body: { type: "form-data", data } },
      {},
      given,
    );
    expect(Object.keys(seen.headers)).not.toContain("x-evil");
    expect(seen.body.toString()).toContain('name="%22%0D%0AX-Evil: 1%0D%0A%0D%0A"\r\n\r\n"\r\nX-Evil');
  });

  it("cannot be split in two by any text, wherever that stands", async () => {
    const pieces = [
      "\r\n",
      "\n",
      "\r",
      "\0",
      "GET /evil HTTP/1.1",
      ": ",
      "Content-Length: 0",
      "{{#",
      "#}}",
      "é",
      " ",
      "?#&=",
    ];
    let seed = 11;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    await using server = await startHttpServer({ status: 204 });
    let sent = 0;
    for (let round = 0; round < 150; round += 1) {
      const value = Array.from({ length: 1 + random(8) }, () => pieces[random(pieces.length)]).join("");
      const place = "{{#in.value#}}";
      const outcome = await run(
        {
          method: "post",
          url: `${server.url}/p/${place}`,
          params: `k${place}:${place}`,
          headers: `X-A: ${place}`,
          authorization: { type: "api-key", config: { type: "custom", api_key: `k${place}`, header: "X-Key" } },
          body: { type: "x-www-form-urlencoded", data: [{ key: place, type: "text", value: place }] },
        },
        world({ variables: pool({ value }) }),
      );
      if (outcome.status === "succeeded") sent += 1;
      expect(server.requests.length).toBe(sent);
    }
    expect(sent).toBeGreaterThan(10);
    for (const { method, path, body } of server.requests) {
      expect(method).toBe("POST");
      expect(path).toMatch(/^\/(p\/)?/);
      expect(body.length).toBeGreaterThan(0);
    }
  });
});

describe("authorization", () => {
  const given = world({ variables: pool({ user: "ada" }, { KEY: "sk-12345678-end" }) });
  const authorize = (config: object) => call({ authorization: { type: "api-key", config } }, {}, given);

  it.each([
    [{ type: "bearer", api_key: "{{#env.KEY#}}" }, "authorization", "Bearer sk-12345678-end"],
    [
      { type: "basic", api_key: "{{#in.user#}}:{{#env.KEY#}}" },
      "authorization",
      `Basic ${btoa("ada:sk-12345678-end")}`,
    ],
    [{ type: "basic", api_key: "YWRhOng=" }, "authorization", "Basic YWRhOng="],
    [{ type: "custom", api_key: "{{#env.KEY#}}", header: "X-Api-Key" }, "x-api-key", "sk-12345678-end"],
    [{ type: "custom", api_key: "raw", header: "" }, "authorization", "raw"],
  ])("%j is sent as %s: %s", async (config, header, value) => {
    const { seen } = await authorize(config);
    expect(seen.headers[header]).toBe(value);
  });

  it("without a key fails", async () => {
    for (const config of [{ type: "bearer", api_key: " " }, { type: "custom", api_key: "", header: "X" }, null]) {
      const outcome = await run({ method: "get", url: "http://x.example", authorization: { type: "api-key", config } });
      expect(errorOf(outcome)).toMatchObject({
        type: "AuthorizationConfigError",
        code: "node.http-request.authorization-invalid",
      });
    }
  });

  it("goes before a header of the same name, and nowhere else than to the step's own host", async () => {
    await using second = await startHttpServer();
    const authorization = { type: "api-key", config: { type: "custom", api_key: "key", header: "X-Api-Key" } };
    const { seen } = await call({ headers: "x-api-key: other\nX-Plain: 1", authorization }, { redirect: second.url });
    expect(seen.headers["x-api-key"]).toBe("key");
    expect(second.requests[0]!.headers).toMatchObject({ "x-plain": "1" });
    expect(second.requests[0]!.headers["x-api-key"]).toBeUndefined();
  });

  it("of type no-auth is none", async () => {
    const authorization = { type: "no-auth", config: { type: "bearer", api_key: "x", header: "" } };
    expect((await call({ authorization })).seen.headers.authorization).toBeUndefined();
  });
});

describe("a body", () => {
  const post = (body: object, given?: World, rest: object = {}) => call({ method: "post", body, ...rest }, {}, given);

  it("of JSON is filled in, repaired and written anew, with every digit of its numbers", async () => {
    const variables = pool({ text: 'say "hi"', list: ["a", "b"], object: { n: 1 } });
    const broken = `{'id': 12345678901234567890, price: 3.0, "e": 1e3, "list": {{#in.list#}}, "o": {{#in.object#}},
      "line": "a\nb", // a comment
      "open": [1, 2,`;
    const { seen } = await post(json(broken), world({ variables }));
    expect(seen.body.toString()).toBe(
      '{"id":12345678901234567890,"price":3.0,"e":1000.0,"list":["a","b"],"o":{"n":1},"line":"a\\nb","open":[1,2]}',
    );
    expect(seen.headers["content-type"]).toBe("application/json");
  });

  it("of JSON that needs no repair keeps the kind and the digits of its numbers", async () => {
    const { seen } = await post(json('{ "id": 12345678901234567890, "price": 2.0 }'));
    expect(seen.body.toString()).toBe('{"id":12345678901234567890,"price":2.0}');
  });

  it("larger than 26 MiB is not sent", async () => {
    const given = world({ variables: pool({ long: "x".repeat(9 * 1024 * 1024) }) });
    const value = "{{#in.long#}}{{#in.long#}}{{#in.long#}}";
    const { outcome, seen } = await post({ type: "raw-text", data: [{ value }] }, given);
    expect(errorOf(outcome)).toMatchObject({ type: "RequestBodyError", message: expect.stringContaining("26 MiB") });
    expect(seen).toBeUndefined();
  });

  it("of JSON that nothing can repair fails", async () => {
    for (const text of ["", "   ", `${"[".repeat(200_000)}`]) {
      const { outcome } = await post(json(text));
      expect(errorOf(outcome)).toMatchObject({ type: "RequestBodyError", code: "node.http-request.body-invalid" });
    }
  });

  it("of plain text keeps it, and the content type that the author set", async () => {
    const body = { type: "raw-text", data: [{ type: "text", value: "Grüße {{#in.name#}}" }] };
    const given = world({ variables: pool({ name: "Ada" }) });
    const { seen } = await post(body, given);
    expect(seen.body.toString()).toBe("Grüße Ada");
    expect(seen.headers["content-type"]).toBe("text/plain");
    const other = await post(body, given, { headers: "content-type: text/turtle" });
    expect(other.seen.headers["content-type"]).toBe("text/turtle");
  });

  it("that older files hold as one text is read like newer ones", async () => {
    expect((await post({ type: "raw-text", data: "plain" })).seen.body.toString()).toBe("plain");
    expect((await post({ type: "json", data: '{"a": 1}' })).seen.body.toString()).toBe('{"a":1}');
    for (const data of ["", null, []]) expect((await post({ type: "none", data })).seen.body).toHaveLength(0);
  });

  it.each(["raw-text", "json", "binary"])("of type %s has exactly one part", async (type) => {
    for (const data of [[], [{ value: "1" }, { value: "2" }]]) {
      expect(errorOf((await post({ type, data })).outcome).type).toBe("RequestBodyError");
    }
  });

  it("of form fields is encoded, the last of a name counts", async () => {
    const data = [
      { key: "a", type: "text", value: "1" },
      { key: "b", type: "text", value: "x & y=ü" },
      { key: "a", type: "text", value: "{{#in.last#}}" },
    ];
    const { seen } = await post({ type: "x-www-form-urlencoded", data }, world({ variables: pool({ last: 3 }) }));
    expect(seen.body.toString()).toBe("a=3&b=x+%26+y%3D%C3%BC");
    expect(seen.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  });

  async function formOf({ headers, body }: HttpServer["requests"][number]): Promise<[string, string | File][]> {
    const response = new Response(new Uint8Array(body), {
      headers: { "content-type": String(headers["content-type"]) },
    });
    return [...(await response.formData())] as [string, string | File][];
  }

  it("of form data carries fields and files, one or many of a name", async () => {
    const files = memoryRunFiles();
    const photo = files.add('ph"oto.png', "PNG…", { mime_type: "image/png" });
    const notes = [files.add("a.txt", "first"), files.add("b.txt", "second")];
    const data = [
      { key: "title", type: "text", value: "Trip" },
      { key: "photo", type: "file", file: ["in", "photo"] },
      { key: "notes", type: "file", file: ["in", "notes"] },
      { key: "gone", type: "file", file: ["in", "nothing"] },
      { key: "text", type: "file", file: ["in", "text"] },
    ];
    const given = world({ files, variables: pool({ photo, notes, text: "no file" }) });
    const { seen } = await post({ type: "form-data", data }, given, { headers: "Content-Type: multipart/form-data" });
    const parts = await formOf(seen);
    expect(parts.map(([name]) => name)).toEqual(["title", "photo", "notes", "notes"]);
    const [, first, second] = parts as [unknown, [string, File], [string, File]];
    expect({ name: first[1].name, type: first[1].type, text: await first[1].text() }).toEqual({
      name: 'ph"oto.png',
      type: "image/png",
      text: "PNG…",
    });
    expect(second[1].type).toBe("application/octet-stream");
  });

  it("of form data without files is multipart all the same", async () => {
    const data = [
      { key: "a", type: "text", value: "1" },
      { key: "f", type: "file", file: ["in", "nothing"] },
    ];
    const { seen } = await post({ type: "form-data", data });
    expect(seen.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    const [field, placeholder] = await formOf(seen);
    expect(field).toEqual(["a", "1"]);
    expect(placeholder![0]).toBe("__multipart_placeholder__");
    expect(placeholder![1]).toMatchObject({ name: "", size: 0 });
  });

  it("of form data has one boundary for one content, and never one that stands in it", async () => {
    const boundaryOf = async (value: string) => {
      const files = memoryRunFiles();
      const data = [
        { key: "a", type: "text", value },
        { key: "f", type: "file", file: ["in", "file"] },
      ];
      const variables = pool({ file: files.add("a.txt", `bytes of ${value}`) });
      const { seen } = await post({ type: "form-data", data }, world({ files, variables }));
      expect(await formOf(seen)).toMatchObject([
        ["a", value],
        ["f", { name: "a.txt" }],
      ]);
      return String(seen.headers["content-type"]).split("boundary=")[1]!;
    };
    const boundary = await boundaryOf("one");
    expect(await boundaryOf("one")).toBe(boundary);
    expect(await boundaryOf("two")).not.toBe(boundary);
    expect(await boundaryOf(`--${boundary}--`)).not.toBe(boundary);
  });

  it("of one file is its bytes", async () => {
    const files = memoryRunFiles();
    const bytes = Buffer.from([0, 255, 1, 254]);
    const variables = pool({ file: files.add("x.bin", bytes), list: [files.add("y.bin", "y")] });
    const body = (name: string) => ({ type: "binary", data: [{ type: "file", file: ["in", name] }] });
    expect((await post(body("file"), world({ files, variables }))).seen.body).toEqual(bytes);
    for (const name of ["list", "none"]) {
      const { outcome } = await post(body(name), world({ files, variables }));
      expect(errorOf(outcome)).toMatchObject({ type: "FileFetchError", code: "node.http-request.file-unreadable" });
    }
  });

  it("with a file that is gone or too large fails, and says which", async () => {
    const files = memoryRunFiles();
    const variables = pool({
      gone: { ...files.add("gone.txt", "x"), related_id: "nowhere" },
      big: files.add("big.bin", Buffer.alloc(27 * 1024 * 1024)),
    });
    for (const [name, message] of [
      ["gone", /"gone.txt"/],
      ["big", /"big.bin"/],
    ] as const) {
      const data = [{ key: "f", type: "file", file: ["in", name] }];
      const error = errorOf((await post({ type: "form-data", data }, world({ files, variables }))).outcome);
      expect(error.type).toBe("FileFetchError");
      expect(error.message).toMatch(message);
    }
  });
});

describe("a repetition", () => {
  it("can be told by its key, except where nothing is changed or the author sends one", async () => {
    expect((await call({ method: "post" })).seen.headers["idempotency-key"]).toBe("attempt-1");
    expect((await call({ method: "delete" })).server.timesSeen("attempt-1")).toBe(1);
    for (const method of ["get", "head"])
      expect((await call({ method })).seen.headers["idempotency-key"]).toBeUndefined();
    const own = await call({ method: "post", headers: "idempotency-KEY: mine" });
    expect(own.seen.headers["idempotency-key"]).toBe("mine");
  });
});

describe("an answer", () => {
  const type = (contentType: string, body: string | Uint8Array, rest: Record<string, string> = {}): HttpScript => ({
    headers: { ...(contentType === "" ? {} : { "content-type": contentType }), ...rest },
    body,
  });

  it.each<[string, string, string | Uint8Array, Record<string, string>]>([
    ["text", "text/html", "<p>", {}],
    ["text", "", "no type at all", {}],
    ["text", "application/json", "no mark", {}],
    ["text", "application/problem+json; charset=utf-8", "x", {}],
    ["text", "application/xhtml+xml", "x", {}],
    ["text", "application/x-yaml", "x", {}],
    ["text", "application/graphql", "x", {}],
    ["text", "application/x-javascript", "x", {}],
    ["text", "application/octet-stream", 'half text { "a": 1 }', {}],
    ["text", "application/octet-stream", `[${"é".repeat(700)}`, {}],
    ["text", "application/weird", "const x = 1", {}],
    ["text", "font/woff2", "x", {}],
    ["file", "application/octet-stream", "no sign of code", {}],
    ["file", "application/octet-stream", `${"é".repeat(2_000)} [`, {}],
    ["file", "application/octet-stream", Buffer.from([0x7b, 0xff, 0xfe]), {}],
    ["file", "application/pdf", "%PDF-1.7", {}],
    ["file", "text/csv", "a,b", {}],
    ["file", "text/comma-separated-values", "a,b", {}],
    ["file", "image/png", "{}", {}],
    ["file", "image/svg+xml", "<svg/>", {}],
    ["file", "audio/mpeg", "x", {}],
    ["file", "video/mp4", "x", {}],
    ["file", "text/plain", "x", { "content-disposition": "attachment" }],
    ["file", "application/json", "{}", { "content-disposition": 'inline; filename="a.json"' }],
    ["text", "application/json", "{}", { "content-disposition": "inline" }],
  ])("is %s for %s", async (kind, contentType, body, rest) => {
    const { outcome } = await call({}, type(contentType, body, rest));
    const outputs = succeeded(outcome);
    expect(outputs["files"]).toHaveLength(kind === "file" ? 1 : 0);
    if (kind === "file") expect(outputs["body"]).toBe("");
    else expect(outputs["body"]).toBe(String(body));
  });

  it("with a file keeps it under the attempt, so that a repetition makes the same file", async () => {
    const given = world();
    const bytes = Buffer.from([1, 2, 3]);
    const { outcome } = await call({}, type("image/png", bytes), given);
    expect(given.files.saved.get("attempt-1")).toEqual({ name: "response.png", mimeType: "image/png", bytes });
    expect((succeeded(outcome)["files"] as Value[])[0]).toMatchObject({ filename: "response.png", size: 3 });
  });

  it.each<[string, string, string]>([
    ['attachment; filename="report.pdf"', "/", "report.pdf"],
    ["attachment; filename=report.pdf; size=3", "/", "report.pdf"],
    ['attachment; filename="a \\"b\\".pdf"', "/", "a b.pdf"],
    ["attachment; filename=\"x.pdf\"; filename*=UTF-8''%D8%AA%D9%82%D8%B1%D9%8A%D8%B1.pdf", "/", "تقرير.pdf"],
    [`attachment; filename="${Buffer.from("تقرير.pdf").toString("latin1")}"`, "/", "تقرير.pdf"],
    ['attachment; filename="../../etc/passwd"', "/", "passwd"],
    ['attachment; filename="C:\\\\boot.ini"', "/", "boot.ini"],
    ['attachment; filename=".."', "/x/data.bin?v=1", "data.bin"],
    ['attachment; filename="gnp.\u00e2\u0080\u00aeexe"', "/", "gnp.exe"],
    ["attachment", "/files/%D9%85%D9%84%D9%81", "ملف.pdf"],
    ["attachment", "/a/b/", "response.pdf"],
  ])("that says %j is named %s %s", async (disposition, path, name) => {
    const given = world();
    const script = type("application/pdf", "%PDF", { "content-disposition": disposition });
    await using server = await startHttpServer(script);
    await run({ method: "get", url: server.url + path }, given);
    expect(given.files.saved.get("attempt-1")?.name).toBe(name);
  });

  it("of text is read in its charset, and what cannot be read is replaced", async () => {
    const read = async (contentType: string, bytes: number[]) =>
      succeeded((await call({}, type(contentType, Buffer.from(bytes)))).outcome)["body"];
    expect(await read("text/plain; charset=iso-8859-1", [0xe4, 0x62])).toBe("äb");
    expect(await read('text/plain; charset="windows-1256"', [0xc7, 0xe1])).toBe("ال");
    expect(await read("text/plain; charset=shift_jis", [0x93, 0xfa])).toBe("日");
    expect(await read("text/plain", [0x61, 0xff, 0xc3, 0x62])).toBe("a\ufffd\ufffdb");
    expect(await read("text/plain; charset=klingon", [0xc3, 0xa4])).toBe("ä");
    expect(await read("text/plain; charset=", [0xef, 0xbb, 0xbf, 0x61])).toBe("a");
  });

  it("has its headers by lower-case name, repeated ones joined", async () => {
    const headers = { "X-One": ["a", "b"], "content-type": "text/plain" };
    const outputs = succeeded((await call({}, { headers, body: "x" })).outcome);
    expect(outputs["headers"]).toMatchObject({ "x-one": "a, b", "content-type": "text/plain" });
    expect(isObject(outputs["headers"])).toBe(true);
  });

  it("of any status is a success, unless the author planned for failures", async () => {
    const script = { status: 503, body: "busy", headers: { "content-type": "text/plain" } };
    expect(succeeded((await call({}, script)).outcome)).toMatchObject({ status_code: 503, body: "busy" });
    for (const plan of [
      { error_strategy: "fail-branch" },
      { error_strategy: "default-value" },
      { retry_config: { retry_enabled: true, max_retries: 3 } },
    ]) {
      expect(errorOf((await call(plan, script)).outcome)).toEqual({
        type: "HTTPResponseCodeError",
        code: "node.http-request.status",
        message: "Request failed with status code 503",
      });
      succeeded((await call(plan, { status: 201 })).outcome);
    }
    const off = { error_strategy: "none", retry_config: { retry_enabled: false } };
    expect(errorOf((await call(off, script)).outcome).type).toBe("HTTPResponseCodeError");
    succeeded((await call({ error_strategy: null, retry_config: { retry_enabled: false } }, script)).outcome);
  });

  it("that redirects is followed, with a new decision each time", async () => {
    const { outcome } = await call({}, ({ path }) =>
      path === "/" ? { redirect: "/next" } : type("text/plain", "there"),
    );
    expect(succeeded(outcome)["body"]).toBe("there");
    const refused = await call({}, { redirect: "http://169.254.169.254/latest/meta-data/" });
    expect(errorOf(refused.outcome)).toEqual({
      type: "EgressBlockedError",
      code: "egress.blocked",
      message: "Blocked by the egress policy (ip-literal): 169.254.169.254. Ask an administrator to allow it.",
    });
  });
});

describe("limits", () => {
  const tooLarge = { type: "ResponseSizeError", code: "node.http-request.response-too-large" };
  const text = { "content-type": "text/plain" };
  const image = { "content-type": "image/png" };

  it("of text and files are told apart, to the byte", async () => {
    const limits = { maxTextBytes: 2_000, maxFileBytes: 3_000 };
    const size = (headers: Record<string, string>, bytes: number) =>
      call({}, { headers, body: "x".repeat(bytes) }, world({ limits })).then(({ outcome }) => outcome);
    const unclear = { "content-type": "application/octet-stream" };
    for (const [headers, most] of [
      [text, 2_000],
      [image, 3_000],
      [unclear, 3_000],
    ] as const) {
      succeeded(await size(headers, most));
      expect(errorOf(await size(headers, most + 1))).toMatchObject(tooLarge);
    }
    expect(errorOf(await size(text, 2_001)).message).toBe(
      "The answer is larger than 2000 bytes, the largest text a step takes.",
    );
  });

  it("are 1 MiB of text and 10 MiB of file where nobody set others", async () => {
    succeeded((await call({}, { headers: text, body: "x".repeat(1_048_576) })).outcome);
    expect(errorOf((await call({}, { headers: text, body: "x".repeat(1_048_577) })).outcome)).toMatchObject(tooLarge);
    const chunk = Buffer.alloc(1_048_576);
    succeeded((await call({}, { headers: image, body: chunk, repeat: 10 })).outcome);
    const { outcome } = await call({}, { headers: image, body: chunk, repeat: 11 });
    expect(errorOf(outcome).message).toBe("The answer is larger than 10 MiB, the largest file a step takes.");
  });

  it("stop an answer that says it has 10 GB at its first byte", async () => {
    const headers = { ...image, "content-length": String(10 * 1024 ** 3) };
    const { outcome, server } = await call({}, { headers, body: "x", open: true });
    expect(errorOf(outcome)).toMatchObject(tooLarge);
    expect(server.sentBytes()).toBeLessThan(2);
  });

  it("stop an answer without end, and one that unfolds without end", async () => {
    for (const encoding of [undefined, "gzip", "br", "zstd"] as const) {
      const before = process.memoryUsage().rss;
      const script = { headers: image, body: Buffer.alloc(1_000_000), repeat: 5_000 };
      const { outcome, server } = await call({}, encoding === undefined ? script : { ...script, encoding });
      expect(errorOf(outcome)).toMatchObject(tooLarge);
      expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
      if (encoding === undefined) expect(server.sentBytes()).toBeLessThan(30_000_000);
    }
  });

  it("of time are the step's own, never longer than the operator's", async () => {
    const hang = { hang: true };
    const own = await call({ timeout: { connect: 1, read: 0.1, write: 1 } }, hang);
    expect(errorOf(own.outcome)).toMatchObject({ type: "HttpRequestNodeError", code: "egress.timed-out" });
    const long = await call({ timeout: { connect: 1, read: 500 } }, hang, world({ limits: { readMs: 100 } }));
    expect(errorOf(long.outcome).message).toBe("127.0.0.1 did not answer within 0.1 seconds.");
    for (const timeout of [{ read: 0 }, { max_read_timeout: 1 }, null, { read: "soon" }]) {
      const none = await call({ timeout }, hang, world({ limits: { readMs: 100 } }));
      expect(errorOf(none.outcome).message).toMatch(/within 0.1 seconds/);
    }
  });

  it("of time end a server that drips, however it does it", async () => {
    const limits = { connectMs: 50, readMs: 200, writeMs: 50 };
    for (const script of [
      { raw: `HTTP/1.1 200 OK\r\n${"x-a: b\r\n".repeat(1_000)}`, dripMs: 20 },
      { headers: text, body: "x".repeat(1_000), dripMs: 20 },
    ]) {
      const { outcome } = await call({}, script, world({ limits }));
      expect(errorOf(outcome)).toMatchObject({ type: "HttpRequestNodeError", code: "egress.timed-out" });
    }
  });
});

describe("the way out", () => {
  const named = (names: Record<string, string[]>) => ({ resolve: async (name: string) => names[name] ?? [] });

  it.each([
    ["http://10.0.0.1/", "ip-literal"],
    ["http://[::ffff:169.254.169.254]/", "ip-literal"],
    ["http://good.example@169.254.169.254/", "ip-literal"],
    ["http://metadata.google.internal./", "internal-name"],
    ["http://mixed.example/", "private-range"],
    ["http://mapped.example/", "private-range"],
    ["http://bücher.example/", "private-range"],
  ])("to %s is closed", async (url, reason) => {
    const resolver = named({
      "metadata.google.internal": ["93.184.216.34"],
      "mixed.example": ["93.184.216.34", "192.168.0.1"],
      "mapped.example": ["::ffff:10.0.0.1"],
      "xn--bcher-kva.example": ["172.16.0.9"],
    });
    const outcome = await run({ method: "get", url }, world({ resolver }));
    expect(errorOf(outcome)).toMatchObject({ type: "EgressBlockedError", code: "egress.blocked" });
    expect(errorOf(outcome).message).toContain(`(${reason})`);
  });

  it("checks certificates as the step says, else as the operator does", async () => {
    await using server = await startHttpServer({ body: "x" }, { tls: true });
    const ask = (ssl_verify: boolean | null | undefined, verifyTls: boolean) =>
      run({ method: "get", url: server.url, ssl_verify }, world({ limits: { verifyTls } }));
    expect(errorOf(await ask(undefined, true)).message).toMatch(/its certificate is not trusted/);
    expect(errorOf(await ask(true, false)).type).toBe("HttpRequestNodeError");
    succeeded(await ask(false, true));
    succeeded(await ask(null, false));
  });

  it.each<[string, HttpScript]>([
    ["cut in the middle", { body: "1234", cutAfter: 2 }],
    ["no HTTP", { raw: "nonsense\r\n\r\n" }],
    ["damaged", { headers: { "content-encoding": "gzip" }, body: "no gzip" }],
    ["longer in its head than anything", { headers: { long: "x".repeat(100_000) } }],
  ])("fails the step when the answer is %s", async (_, script) => {
    expect(errorOf((await call({}, script)).outcome)).toMatchObject({
      type: "HttpRequestNodeError",
      code: "egress.failed",
    });
  });

  it("is left at once when the run is stopped", async () => {
    await using server = await startHttpServer({ hang: true });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const outcome = run({ method: "get", url: server.url }, world({ signal: stop.signal }));
    await expect(outcome).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(() => server.aborted()).toBe(1);
  });
});

describe("the log of the request", () => {
  it("shows what was sent, with secrets and credentials masked wherever they stand", async () => {
    const secret = "sk-live-0123456789";
    const variables = pool({ city: "Doha", none: null, list: ["a"] }, { KEY: secret, SHORT: "abc" });
    const { outcome, seen } = await call(
      {
        method: "post",
        params: "q:{{#in.city#}}\nkey:{{#env.KEY#}}",
        headers: "X-Token: {{#env.KEY#}}\nCookie: session=1\nX-City: {{#in.city#}}",
        authorization: { type: "api-key", config: { type: "bearer", api_key: secret, header: "" } },
        body: json('{"k": "{{#env.KEY#}}", "s": "{{#env.SHORT#}}", l: {{#in.list#}}}'),
      },
      {},
      world({ variables }),
    );
    const log = logOf(outcome);
    expect(seen.path).toContain(secret);
    expect(seen.body.toString()).toContain(secret);
    expect(log).not.toContain(secret);
    const masked = "sk-liv************89";
    expect(log.split("\r\n")).toEqual([
      `POST /?q=Doha&key=${masked} HTTP/1.1`,
      expect.stringMatching(/^Host: 127\.0\.0\.1:\d+$/),
      `X-Token: ${masked}`,
      `Cookie: ${"*".repeat(20)}`,
      "X-City: Doha",
      `Authorization: ${"*".repeat(20)}`,
      "Idempotency-Key: attempt-1",
      "",
      `{"k":"${masked}","s":"${"*".repeat(20)}","l":["a"]}`,
    ]);
  });

  it("is there for requests that failed before they were sent, and hides an address that is a secret", async () => {
    const variables = pool({}, { HOOK: "https://hooks.example/T0/B0/abcdef" });
    const outcome = await run({ method: "get", url: "{{#env.HOOK#}}", body: json("") }, world({ variables }));
    expect(outcome.status).toBe("failed");
    expect(logOf(outcome)).not.toContain("abcdef");
    expect(logOf(outcome)).toMatch(/^GET https:\*{12}ef HTTP\/1\.1/);
  });

  it("names files instead of showing them, and cuts long bodies", async () => {
    const files = memoryRunFiles();
    const variables = pool({ f: files.add("a.bin", "secret bytes"), long: "x".repeat(50_000) });
    const data = [
      { key: "f", type: "file", file: ["in", "f"] },
      { key: "t", type: "text", value: "{{#in.long#}}" },
    ];
    const { outcome } = await call(
      { method: "post", body: { type: "form-data", data } },
      {},
      world({ files, variables }),
    );
    expect(logOf(outcome)).toContain("f=<file a.bin, 12 bytes>");
    expect(logOf(outcome)).toMatch(/xxx… \(\d+ more characters\)$/);
    expect(parseJson(JSON.stringify(logOf(outcome)))).not.toContain("secret bytes");
  });
});
