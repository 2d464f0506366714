import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@diwan/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxConfig } from "./config.ts";
import type { RunData } from "./core/compose-answer.ts";
import { type RunningSandbox, startSandbox } from "./start-sandbox.ts";

const KEY = "a key of this test";
const cacheFolder = mkdtempSync(join(tmpdir(), "diwan-sandbox-"));

let sandbox: RunningSandbox;
let url: string;

beforeAll(async () => {
  const config = sandboxConfig({ API_KEY: KEY, SANDBOX_PORT: "0", WORKER_TIMEOUT: "2" });
  sandbox = await startSandbox({
    config,
    cacheFolder,
    wheelFolders: [join(import.meta.dirname, "../../../.cache/wheels")],
    logger: silentLogger,
    observe: { ended: () => {} },
  });
  url = `http://127.0.0.1:${sandbox.port}`;
}, 60_000);
afterAll(async () => {
  await sandbox.close();
  rmSync(cacheFolder, { recursive: true, force: true });
});

const json = { "x-api-key": KEY, "content-type": "application/json" };

function post(path: string, body: string, headers: Record<string, string> = json): Promise<Response> {
  return fetch(`${url}${path}`, { method: "POST", body, headers });
}

async function run(language: string, code: string): Promise<RunData> {
  const response = await post("/v1/sandbox/run", JSON.stringify({ language, code, enable_network: true }));
  expect(response.status).toBe(200);
  const { code: result, message, data } = (await response.json()) as { code: number; message: string; data: RunData };
  expect({ result, message }).toEqual({ result: 0, message: "success" });
  return data;
}
const python = (code: string) => run("python3", code);
const node = (code: string) => run("nodejs", code);

/** As callers wrap what authors write. */
const pythonWrapper = (code: string, inputs: unknown) => `${code}
import json
from base64 import b64decode
inputs = json.loads(b64decode('${Buffer.from(JSON.stringify(inputs)).toString("base64")}').decode('utf-8'))
output = main(**inputs)
output_json = json.dumps(output, indent=4)
print(f'<<RESULT>>{output_json}<<RESULT>>')
`;
const nodeWrapper = (code: string, inputs: unknown) => `${code}
var inputs = JSON.parse(Buffer.from('${Buffer.from(JSON.stringify(inputs)).toString("base64")}', 'base64').toString('utf-8'))
var output = main(inputs)
console.log('<<RESULT>>' + JSON.stringify(output) + '<<RESULT>>')
`;

describe("programs of callers", () => {
  it.each<[string, string, string]>([
    ["python3", pythonWrapper("def main(a, b):\n    return {'sum': a + b}", { a: 1, b: 2.5 }), '{\n    "sum": 3.5\n}'],
    [
      "python3",
      pythonWrapper("def main(text):\n    return {'text': text[::-1]}", { text: "مرحبا 🌍" }),
      "\\ud83c\\udf0d",
    ],
    [
      "nodejs",
      nodeWrapper("function main({ a }) { return { b: a }; }", { a: "x ' \" \\ \u2028" }),
      '{"b":"x \' \\" \\\\ ',
    ],
    ["nodejs", nodeWrapper("async function main() { return 1 }", {}), "<<RESULT>>{}<<RESULT>>"],
  ])("%s: prints the result between its marks", async (language, code, expected) => {
    const { stdout, stderr, error, exit_code } = await run(language, code);
    expect({ stderr, error, exit_code }).toEqual({ stderr: "", error: "", exit_code: 0 });
    expect(stdout).toContain(expected);
  });

  it.each<[string, string, Partial<RunData>]>([
    ["python3", "import json\nprint(json.dumps({'hello': 'world'}))", { stdout: '{"hello": "world"}\n', stderr: "" }],
    [
      "python3",
      "import base64\nprint(base64.b64decode(base64.b64encode(b'hi')).decode())",
      { stdout: "hi\n", stderr: "" },
    ],
    [
      "python3",
      "import sys; print('o'); print('e', file=sys.stderr)",
      { stdout: "o\n", stderr: "e\n", error: "", exit_code: 0 },
    ],
    [
      "python3",
      "import logging\nlogging.basicConfig(level=logging.INFO)\nlogging.info('hey')\nprint('x')",
      { stdout: "x\n", stderr: "INFO:root:hey\n", error: "", exit_code: 0 },
    ],
    ["python3", "import sys; sys.exit(3)", { error: "process exited with code 3", exit_code: 3 }],
    ["python3", "import sys; sys.exit('oops')", { error: "process exited with code 1\noops\n", exit_code: 1 }],
    [
      "python3",
      "import os; print('lost'); os._exit(4)",
      { stdout: "", error: "process exited with code 4", exit_code: 4 },
    ],
    ["python3", "import atexit; atexit.register(print, 'bye')", { stdout: "bye\n", exit_code: 0 }],
    ["python3", "import sys; print(repr(sys.stdin.read()))", { stdout: "''\n" }],
    ["nodejs", "console.log(JSON.stringify({ hello: 'world' }))", { stdout: '{"hello":"world"}\n', stderr: "" }],
    ["nodejs", "console.error('e'); console.log('o')", { stdout: "o\n", stderr: "e\n", error: "", exit_code: 0 }],
    ["nodejs", "process.exit(4)", { error: "process exited with code 4", exit_code: 4 }],
    ["nodejs", "process.exitCode = 5", { error: "process exited with code 5", exit_code: 5 }],
    ["nodejs", "setTimeout(() => console.log('later'), 5); console.log('now')", { stdout: "now\nlater\n" }],
    [
      "nodejs",
      "var code = 1; let fs = 2; console.log(typeof require, __filename)",
      { stdout: "function /program.js\n" },
    ],
    ["nodejs", "console.log({ a: [1, { b: new Map([[1, 2]]) }] })", { stdout: "{ a: [ 1, { b: [Map] } ] }\n" }],
  ])("%s: %s", async (language, code, expected) => {
    expect(await run(language, code)).toMatchObject(expected);
  });

  it("names the author's own lines where a program fails", async () => {
    const inPython = await python("def main(a):\n    return 1 / a\n\nmain(0)\n");
    expect(inPython).toMatchObject({ exit_code: 255, stdout: "" });
    expect(inPython.error).toBe(`process exited with code 255\n${inPython.stderr}`);
    expect(inPython.stderr).toMatch(/^Traceback .*\n {2}File "<string>", line 4, in <module>\n/);
    expect(inPython.stderr).toMatch(/line 2, in main\n {4}return 1 \/ a\n.*\nZeroDivisionError: division by zero\n$/);
    expect(inPython.stderr).not.toContain("<sandbox>");
    const inNode = await node("function main() {\n  null.x\n}\nmain()");
    expect(inNode).toMatchObject({ exit_code: 1 });
    expect(inNode.error).toMatch(/^process exited with code 1\nTypeError: .*\n {4}at main \(\/program.js:2:/);
    expect((await python("print(")).stderr).toContain("SyntaxError: '(' was never closed");
    expect((await node("async function f() { throw new Error('late') }\nf()")).error).toContain("Error: late");
  });

  it("keeps output byte for byte, also a single long line", async () => {
    const { stdout } = await python("print('x' * 3_000_000)");
    expect(stdout).toBe(`${"x".repeat(3_000_000)}\n`);
    expect((await python("import sys; sys.stdout.buffer.write(bytes(range(256)))")).stdout).toBe(
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString(),
    );
    expect((await node("process.stdout.write('a\\0b')")).stdout).toBe("a\0b");
  });

  it("has Jinja2, as callers' templates need it, and time zones", async () => {
    const template = Buffer.from("{% for n in items if n > 1 %}{{ n }},{% endfor %}{{ {'a': none} }}\n").toString(
      "base64",
    );
    const rendered = await python(`
def main(**inputs):
    import jinja2
    from base64 import b64decode
    return jinja2.Template(b64decode('${template}').decode('utf-8')).render(**inputs)
print('<<RESULT>>' + main(items=[1, 2, 3]) + '<<RESULT>>')
`);
    expect(rendered).toMatchObject({ error: "", stdout: "<<RESULT>>2,3,{'a': None}<<RESULT>>\n" });
    const zoned = await python(
      "import datetime, zoneinfo; print(datetime.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo('Asia/Shanghai')).isoformat())",
    );
    expect(zoned.stdout).toBe("2026-01-01T00:00:00+08:00\n");
    const escaping = await python(
      "import jinja2; jinja2.Template(\"{{ cycler.__init__.__globals__.os.popen('id') }}\").render()",
    );
    expect(escaping.error).toContain("operation not permitted");
  });

  it("can use what the language has", async () => {
    const used = await python(`
import asyncio, datetime, hashlib, sqlite3, uuid, zlib, decimal, os, platform
async def main():
    await asyncio.gather(asyncio.sleep(0.01), asyncio.sleep(0.02))
    return await asyncio.to_thread(lambda: 5)
print(asyncio.run(main()), os.getcwd(), len(str(uuid.uuid1())), hashlib.sha256(b"a").hexdigest()[:8])
print(sqlite3.connect(":memory:").execute("select 1 + 1").fetchall(), decimal.Decimal("0.1") + decimal.Decimal("0.2"))
`);
    expect(used).toMatchObject({ error: "", stdout: "5 / 36 ca978112\n[(2,)] 0.3\n" });
    const inNode = await node(`
const { createHash } = require("node:crypto"); const util = require("util"); const assert = require("assert");
assert.deepStrictEqual({ a: [1] }, { a: [1] });
const url = new URL("https://a.b/c?d=e#f"); url.searchParams.append("g", "h i");
console.log(createHash("sha256").update("a").digest("hex").slice(0, 8), url.href, util.format("%d%%", 5));
console.log(structuredClone(new Map([[1, { a: 2 }]])), (1234567.891).toLocaleString(), atob(btoa("x")), Buffer.from("é").length);
`);
    expect(inNode.error).toBe("");
    expect(inNode.stdout).toBe("ca978112 https://a.b/c?d=e&g=h+i#f 5%\nMap(1) { 1 => { a: 2 } } 1,234,567.891 x 2\n");
  });
});

describe("what a program may not do", () => {
  it.each<[string, string, string]>([
    ["python3", "import os; os.fork()", "operation not permitted"],
    ["python3", "import subprocess; subprocess.run(['ls'])", "operation not permitted"],
    ["python3", "import os; os.execv('/bin/ls', ['ls'])", "operation not permitted"],
    ["python3", "import os; os.system('ls')", "operation not permitted"],
    ["python3", "open('/etc/passwd').read()", "No such file or directory"],
    ["python3", "open('/tmp/x', 'w')", "Read-only file system"],
    ["python3", "open('/lib/python314.zip', 'r+b')", "Read-only file system"],
    ["python3", "import os; os.symlink('/etc/passwd', '/tmp/x')", "Read-only file system"],
    ["python3", "import socket; socket.create_connection(('127.0.0.1', 80))", "gaierror"],
    ["python3", "import js", "ModuleNotFoundError"],
    ["python3", "import ctypes", "ModuleNotFoundError"],
    ["python3", "import threading; threading.Thread(target=print).start()", "can't start new thread"],
    ["python3", "bytearray(10 ** 9)", "MemoryError"],
    ["python3", "import os\nwhile True: os.pipe()", "No file descriptors"],
    [
      "python3",
      "import sys\nfor name in [n for n in sys.modules if sys.modules[n] is None]: del sys.modules[name]\nimport _pyodide_core; _pyodide_core.to_js([])",
      "process exited with code -1\nerror: operation not permitted",
    ],
    ["nodejs", "require('child_process').execSync('ls')", "operation not permitted"],
    ["nodejs", "require('fs')", "Cannot find module 'fs'"],
    ["nodejs", "process.binding('fs')", "not a function"],
    ["nodejs", "const a = []; for (;;) a.push({})", "process exited with code"],
    ["nodejs", "let x = []; for (let i = 0; i < 1e5; i++) x = [x]; JSON.stringify(x)", "process exited with code"],
  ])("%s: %s", async (language, code, expected) => {
    const { error, exit_code } = await run(language, code);
    expect(error).toContain(expected);
    expect(exit_code).not.toBe(0);
    expect((await run(language, language === "python3" ? "print(1)" : "console.log(1)")).stdout).toBe("1\n");
  });

  it("reaches nothing of the host by the ways that are known", async () => {
    const { stdout } = await python("import os; print(sorted(os.listdir('/')), dict(os.environ), os.listdir('/home'))");
    expect(stdout).toMatch(/^\['dev', 'home', 'lib', 'proc', 'tmp'\] \{'HOME': '\/', 'LANG'/);
    expect(stdout).not.toContain(cacheFolder);
    const found = await node(
      "console.log(this.constructor.constructor('return process')().env, typeof fetch, typeof host)",
    );
    expect(found.stdout).toBe("{} undefined undefined\n");
  });

  it("goes on only until its time or its output is used up, and keeps what was printed", async () => {
    const endless = await Promise.all([
      python("import time\nprint('begun', flush=True)\ntime.sleep(60)"),
      node("console.log('begun'); for (;;);"),
    ]);
    for (const { stdout, error, exit_code } of endless) {
      expect({ stdout, error, exit_code }).toEqual({
        stdout: "begun\n",
        error: "process exited with code -1\nerror: timeout\n",
        exit_code: -1,
      });
    }
    const flooding = await python("while True: print('x' * 10_000)");
    expect(flooding.error).toBe("process exited with code -1\nerror: output limit exceeded\n");
    expect(flooding.stdout).toHaveLength(4 * 1024 * 1024);
  });
});

describe("one program after the other", () => {
  it("begins where the first one began", async () => {
    for (let round = 0; round < 4; round += 1) {
      await python(`
import builtins, sys, json, os, random, datetime
builtins.leaked = json.leaked = sys.leaked = 'A'
json.dumps = lambda *_: 'poisoned'
sys.modules['poison'] = sys
sys.setrecursionlimit(50); os.chdir('/tmp'); random.seed(1)
leak = open('/dev/null')
big = bytearray(40_000_000)
big[:] = b'C' * len(big)
`);
      const { stdout, error } = await python(`
import builtins, sys, json, os
print(hasattr(builtins, 'leaked'), hasattr(json, 'leaked'), hasattr(sys, 'leaked'), json.dumps(1), 'poison' in sys.modules)
print(sys.getrecursionlimit() > 500, os.getcwd(), [name for name in globals() if not name.startswith('__')])
print(bytes(bytearray(40_000_000)).count(b'C'))
`);
      expect({ error, stdout }).toEqual({
        error: "",
        stdout: "False False False 1 False\nTrue / ['builtins', 'sys', 'json', 'os']\n0\n",
      });
      await node(
        "Object.prototype.leaked = 1; globalThis.x = 1; JSON.stringify = () => 'poisoned'; setInterval(() => {}, 1e9).unref()",
      );
      expect((await node("console.log({}.leaked, globalThis.x, JSON.stringify([1]))")).stdout).toBe(
        "undefined undefined [1]\n",
      );
    }
  });

  it("draws other random numbers", async () => {
    const draws = [];
    const draw = "import random, uuid, secrets; print(random.random(), uuid.uuid4(), secrets.token_hex(4))";
    for (let round = 0; round < 6; round += 1) draws.push((await python(draw)).stdout);
    expect(new Set(draws).size).toBe(6);
  });

  it("answers each of many with its own", async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0 ? python(`print(${index})`) : node(`console.log(${index})`),
      ),
    );
    expect(answers.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 40 }, (_, index) => `${index}\n`));
  });
});

describe("the API", () => {
  it("answers for its health to anybody, and for the rest to callers", async () => {
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.text()]).toEqual([200, '"ok"']);
    await expect.poll(async () => (await fetch(`${url}/ready`)).json(), { timeout: 20_000 }).toEqual({ ready: true });
    for (const headers of [{}, { "x-api-key": "wrong" }, { "x-api-key": `${KEY}x` }]) {
      const refused = await fetch(`${url}/v1/sandbox/dependencies?language=python3`, { headers });
      expect([refused.status, await refused.text()]).toEqual([401, ""]);
    }
    for (const [method, path] of [
      ["GET", "/v1/sandbox/run"],
      ["GET", "/nothing"],
      ["POST", "/health"],
    ] as const) {
      const missing = await fetch(`${url}${path}`, { method, headers: { "x-api-key": KEY } });
      expect([missing.status, await missing.text()]).toEqual([404, "404 page not found"]);
    }
  });

  it.each<[string, string, Record<string, string>, number, string]>([
    ["no JSON", "{", json, 400, "text/plain; charset=utf-8"],
    ["no language", '{"code":"1"}', json, 400, "text/plain; charset=utf-8"],
    ["an empty program", '{"language":"python3","code":""}', json, 400, "text/plain; charset=utf-8"],
    ["a number as the program", '{"language":"python3","code":1}', json, 400, "text/plain; charset=utf-8"],
    [
      "a text for true",
      '{"language":"python3","code":"1","enable_network":"true"}',
      json,
      400,
      "text/plain; charset=utf-8",
    ],
    ["another language", '{"language":"ruby","code":"1"}', json, 400, "application/json; charset=utf-8"],
    [
      "a prototype's key as the language",
      '{"language":"__proto__","code":"1"}',
      json,
      400,
      "application/json; charset=utf-8",
    ],
    [
      "no JSON, leniently",
      "{",
      { ...json, "content-type": "application/json; charset=utf-8" },
      200,
      "application/json; charset=utf-8",
    ],
    [
      "JSON without a type",
      '{"language":"python3","code":"1"}',
      { "x-api-key": KEY, "content-type": "text/plain" },
      200,
      "application/json; charset=utf-8",
    ],
  ])("refuses %s with code -400", async (_, body, headers, status, type) => {
    const response = await post("/v1/sandbox/run", body, headers);
    expect([response.status, response.headers.get("content-type")]).toEqual([status, type]);
    expect(await response.json()).toMatchObject({ code: -400, data: null });
  });

  it("reads forms and queries too, and passes over fields that it does not know", async () => {
    const form = await post("/v1/sandbox/run?language=python3", new URLSearchParams({ code: "print(1)" }).toString(), {
      "x-api-key": KEY,
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(await form.json()).toMatchObject({ code: 0, data: { stdout: "1\n" } });
    const more = { language: "nodejs", code: "console.log(2)", dependencies: [], preload: "x", unknown: 1 };
    expect(await (await post("/v1/sandbox/run", JSON.stringify(more))).json()).toMatchObject({
      data: { stdout: "2\n" },
    });
  });

  it("refuses what is too large, and takes eleven million characters less one", async () => {
    const large = await post(
      "/v1/sandbox/run",
      JSON.stringify({ language: "python3", code: " ".repeat(13 * 1024 * 1024) }),
    );
    expect([large.status, ((await large.json()) as { code: number }).code]).toEqual([413, -400]);
    const code = `print(len(${JSON.stringify("x".repeat(9 * 1024 * 1024))}))`;
    expect((await python(code)).stdout).toBe(`${9 * 1024 * 1024}\n`);
  });

  it("lists dependencies of Python only", async () => {
    const list = await fetch(`${url}/v1/sandbox/dependencies?language=python3`, { headers: { "x-api-key": KEY } });
    expect(await list.json()).toMatchObject({ code: 0, data: { dependencies: expect.any(Array) } });
    const other = await fetch(`${url}/v1/sandbox/dependencies?language=nodejs`, { headers: { "x-api-key": KEY } });
    expect([other.status, await other.json()]).toMatchObject([400, { code: -400, message: "unsupported language" }]);
    const none = await fetch(`${url}/v1/sandbox/dependencies`, { headers: { "x-api-key": KEY } });
    expect([none.status, await none.json()]).toMatchObject([200, { code: -400 }]);
    expect(await (await post("/v1/sandbox/dependencies/update", '{"language":"python3"}')).json()).toMatchObject({
      code: 0,
      data: {},
    });
  });

  it("tells callers that name a partition how much memory a program had, and others what they know", async () => {
    const body = JSON.stringify({ language: "python3", code: "print(1)" });
    const answer = async (headers: Record<string, string>) => (await post("/v1/sandbox/run", body, headers)).json();
    const { data } = (await answer({ ...json, "x-sandbox-partition": "a" })) as { data: { memory_bytes: number } };
    expect(data.memory_bytes).toBeGreaterThan(20_000_000);
    expect(data.memory_bytes).toBeLessThan(32_000_000);
    expect(await answer(json)).toEqual({
      code: 0,
      message: "success",
      data: { stdout: "1\n", stderr: "", error: "", exit_code: 0 },
    });
  });

  it("frees the place of a program whose caller leaves", async () => {
    const leaving = new AbortController();
    const body = JSON.stringify({ language: "python3", code: "while True: pass" });
    const left = fetch(`${url}/v1/sandbox/run`, { method: "POST", body, headers: json, signal: leaving.signal });
    setTimeout(() => leaving.abort(), 50);
    await expect(left).rejects.toThrow();
    expect((await python("print(1)")).stdout).toBe("1\n");
  });
});
