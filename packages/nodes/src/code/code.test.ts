import { publicPolicy } from "@diwan/egress";
import { createIdSource } from "@diwan/kernel";
import { hasTestSandbox, openTestSandbox, type TestSandbox } from "@diwan/testkit";
import {
  FILE_IDENTITY,
  Float,
  type Outcome,
  parseJson,
  stringifyJson,
  type Value,
  type VariablePool,
} from "@diwan/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CodeProgram, CodeResult, NodePorts } from "../ports.ts";
import { createSandboxCodeRunner } from "../sandbox/sandbox-code-runner.ts";
import { poolOf, runNode } from "../test-support/run-node.ts";
import { codeNode } from "./code.node.ts";
import { type CodeLimits, defaultCodeLimits } from "./limits.ts";

type Run = {
  language?: "python3" | "javascript";
  outputs?: Value;
  inputs?: Record<string, Value>;
  limits?: Partial<CodeLimits>;
  data?: Record<string, Value>;
  signal?: AbortSignal;
};

/** Each input under its own name. */
function dataOf(code: string, { language = "python3", outputs = null, inputs = {}, data = {} }: Run) {
  const variables = Object.keys(inputs).map((variable) => ({ variable, value_selector: ["in", variable] }));
  return { type: "code", code_language: language, code, outputs, variables, ...data };
}

function runWith(runner: NodePorts["code"], code: string, run: Run): Promise<Outcome> {
  const { inputs = {}, limits = {}, signal } = run;
  return runNode(codeNode, {
    data: dataOf(code, run),
    variables: { in: inputs },
    ports: { code: runner, codeLimits: { ...defaultCodeLimits, ...limits } },
    ...(signal === undefined ? {} : { signal }),
  });
}

/** A sandbox that answers one thing, and keeps what it was asked. */
function answering(result: Partial<CodeResult>) {
  const asked: CodeProgram[] = [];
  const whole = { stdout: "", stderr: "", error: "", exitCode: 0, elapsedMs: 1.4, memoryBytes: null, ...result };
  const runner: NodePorts["code"] = {
    async run(program) {
      asked.push(program);
      return whole;
    },
  };
  return { asked, runner };
}

const said = (stdout: string) => answering({ stdout }).runner;

function outputsIn(outcome: Outcome): Record<string, Value> {
  if (outcome.status !== "succeeded") throw new Error(JSON.stringify(outcome));
  return outcome.outputs;
}

function errorIn(outcome: Outcome): { type: string; code: string; message: string } {
  if (outcome.status !== "failed") throw new Error(JSON.stringify(outcome));
  return outcome.error;
}

describe("what a program printed", () => {
  it("is its result from the first marker to the last", async () => {
    const outcome = await runWith(said('a\n<<RESULT>>{"a": "<<RESULT>>"}<<RESULT>>\nb\n'), "x", {});
    expect(outcome).toMatchObject({ outputs: { a: "<<RESULT>>" }, processData: { run: { stdout: "a\nb\n" } } });
  });

  it.each([
    ["", /without a result: main did not return\. It printed nothing\.$/],
    [`${"y".repeat(300)}`, /It printed: y{200}…\.$/],
    ["<<RESULT>>{}", /without a result/],
    ["<<RESULT>>undefined<<RESULT>>", /^The result of main is no JSON: undefined\.$/],
    ["<<RESULT>>[1]<<RESULT>>", /^main has to return a mapping of names to values, not a list\.$/],
    ["<<RESULT>>null<<RESULT>>", /not null\.$/],
    ['<<RESULT>>"x"<<RESULT>>', /not a text\.$/],
    ["<<RESULT>>true<<RESULT>>", /not a truth value\.$/],
    ["<<RESULT>>1.5<<RESULT>>", /not a number\.$/],
  ])("can be no result: %s", async (stdout, sentence) => {
    const error = errorIn(await runWith(said(stdout), "x", {}));
    expect(error).toMatchObject({ type: "CodeExecutionError", code: "node.code.program-failed" });
    expect(error.message).toMatch(sentence);
  });

  it("holds texts in scientific notation as floats", async () => {
    const stdout = '<<RESULT>>{"a": ["1e+3", "-2.5E-1", "3.e+0", "1e3", " 1e+3", "x1e+3", {"b": "4e+0"}]}<<RESULT>>';
    expect(outputsIn(await runWith(said(stdout), "x", {}))).toEqual({
      a: [new Float(1000), -0.25, new Float(3), "1e3", " 1e+3", "x1e+3", { b: new Float(4) }],
    });
  });

  it.each(["NaN", "Infinity", "-Infinity"])("may hold %s, which no output may be", async (number) => {
    const stdout = `<<RESULT>>{"text": "a NaN \\" Infinity", "a": ${number}}<<RESULT>>`;
    expect(errorIn(await runWith(said(stdout), "x", {}))).toMatchObject({
      type: "OutputValidationError",
      message: "Output a is no finite number.",
    });
  });
});

describe("a code step", () => {
  it("hands null to its program for what is missing and for no files, and files as mappings", async () => {
    const { asked, runner } = answering({ stdout: "<<RESULT>>{}<<RESULT>>" });
    const file = {
      dify_model_identity: FILE_IDENTITY,
      type: "image",
      transfer_method: "local_file",
      filename: "a.png",
    };
    const variables = poolOf({
      in: { none: [], declared: [], texts: [], file: file as Value, files: [file as Value] },
    });
    variables.declare("in", "declared", "array[file]");
    const input = (name: string, value_type?: string) => ({ variable: name, value_selector: ["in", name], value_type });
    const outcome = await runNode(codeNode, {
      data: {
        type: "code",
        code_language: "javascript",
        code: "x",
        outputs: null,
        variables: [
          ...[input("missing"), input("none", "array[file]"), input("declared"), input("texts", "array[string]")],
          ...[input("file"), input("files")],
        ] as Value,
      },
      variables: variables satisfies VariablePool,
      ports: { code: runner, codeLimits: defaultCodeLimits },
    });
    const inputs = { missing: null, none: null, declared: null, texts: [], file, files: [file] };
    expect(outcome).toMatchObject({ status: "succeeded", inputs });
    const [, base64] = /Buffer\.from\("([^"]*)"/.exec(asked[0]!.code) ?? [];
    expect(JSON.parse(Buffer.from(base64!, "base64").toString())).toEqual(inputs);
  });

  it("keeps every line of the author's where it was, and every text out of the program's own", async () => {
    const { asked, runner } = answering({ stdout: "<<RESULT>>{}<<RESULT>>" });
    const code = 'def main(a):\n    return {"b": """ \u2028"""}';
    await runWith(runner, code, { inputs: { a: '"""\\ </script> `' }, data: { diwan: { timeout_seconds: 2.5 } } });
    expect(asked[0]).toMatchObject({ language: "python3", timeoutMs: 2500 });
    expect(asked[0]!.code.startsWith(`${code}\n`)).toBe(true);
    expect(asked[0]!.code).not.toContain("script");
  });

  it("without code, or with inputs that nobody can carry, says so before anything runs", async () => {
    const { asked, runner } = answering({});
    expect(errorIn(await runWith(runner, " \n", {}))).toMatchObject({
      type: "CodeNodeError",
      code: "node.code.step-invalid",
    });
    let deep: Value = [];
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    expect(errorIn(await runWith(runner, "x", { inputs: { deep } })).type).toBe("CodeNodeError");
    expect(asked).toEqual([]);
  });

  it.each<[string, Partial<CodeResult>, Value]>([
    ["time", { error: "process exited with code -1\nerror: timeout\n", exitCode: -1 }, "time"],
    ["output", { error: "process exited with code -1\nerror: output limit exceeded\n", exitCode: -1 }, "output"],
    [
      "permission",
      { error: "process exited with code -1\nerror: operation not permitted\n", exitCode: -1 },
      "permission",
    ],
    [
      "memory",
      { error: "process exited with code 255\nMemoryError\n", stderr: "MemoryError\n", exitCode: 255 },
      "memory",
    ],
    ["none", { error: "process exited with code 3\n", exitCode: 3 }, null],
  ])("shows in its trace which limit ended its program: %s", async (_, result, limit) => {
    const outcome = await runWith(answering({ ...result, memoryBytes: 5_000 }).runner, "x", {});
    expect(outcome).toMatchObject({
      error: { type: "CodeExecutionError", message: result.error!.trimEnd() },
      processData: { run: { exit_code: result.exitCode, elapsed_ms: 1, memory_bytes: 5_000, limit } },
    });
  });

  it.each([
    ["another language", { code_language: "ruby" }],
    ["an output of a type that there is none of", { outputs: { a: { type: "date" } } }],
    ["an input without a selector", { variables: [{ variable: "a", value_selector: [] }] }],
  ])("with %s is refused as it is read", (_, data) => {
    expect(codeNode.settings.safeParse({ ...dataOf("x", {}), ...data }).success).toBe(false);
  });
});

describe.skipIf(!hasTestSandbox())("a program in the sandbox (needs python3 with Jinja2 3.1.6, or a sandbox)", () => {
  let sandbox: TestSandbox;
  let runner: NodePorts["code"];
  beforeAll(async () => {
    sandbox = await openTestSandbox();
    runner = createSandboxCodeRunner(publicPolicy, {
      endpoint: sandbox.url,
      credentials: { type: "key", key: sandbox.key },
      timeouts: { connectMs: 10_000, readMs: 60_000, writeMs: 10_000 },
      verifyTls: true,
    })({ workspaceId: createIdSource().next() });
  });
  afterAll(() => sandbox[Symbol.asyncDispose]());

  const run = (code: string, rest: Run = {}) => runWith(runner, code, rest);

  it("of Python gets its inputs by name, and what it prints is shown beside its result", async () => {
    const code = `
import sys
print("before")
def main(name, times):
    print("hello")
    print("careful", file=sys.stderr)
    return {"text": name * times, "list": [times, 2.0]}
print("after")
`;
    const outcome = await run(code, { inputs: { name: "ab", times: 2 } });
    expect(outcome).toMatchObject({
      outputs: { text: "abab", list: [2, new Float(2)] },
      processData: {
        run: {
          language: "python3",
          stdout: "before\nafter\nhello\n",
          stderr: "careful",
          exit_code: 0,
          elapsed_ms: expect.any(Number),
          limit: null,
        },
      },
    });
  });

  it("of JavaScript gets them as one object", async () => {
    const code =
      "const result = 1, inputs = 2\nfunction main({name, times}) { return {text: name.repeat(times), result} }";
    expect(outputsIn(await run(code, { language: "javascript", inputs: { name: "ab", times: 2 } }))).toEqual({
      text: "abab",
      result: 1,
    });
  });

  it("of JavaScript is awaited where main is async, and nowhere else", async () => {
    const after = "const wait = (ms) => new Promise((done) => setTimeout(done, ms))\n";
    const main = `${after}async function main({a}) { await wait(5); return {a: a + 1} }`;
    expect(outputsIn(await run(main, { language: "javascript", inputs: { a: 1 } }))).toEqual({ a: 2 });
    const thenable = "function main() { return {then: 'x', later: {then: (done) => done(1)}} }";
    expect(outputsIn(await run(thenable, { language: "javascript" }))).toEqual(parseJson('{"then": "x", "later": {}}'));
    const failing = `${after}async function main() {\n  await wait(5);\n  throw new Error("late")\n}`;
    const { message } = errorIn(await run(failing, { language: "javascript" }));
    expect(message).toMatch(/Error: late/);
    expect(message).toMatch(/:4:/);
    expect(message).not.toMatch(/__call_main|base64/);
  });

  it.each<[string, "python3" | "javascript", string, RegExp, RegExp]>([
    [
      "an exception",
      "python3",
      "def helper():\n    return 1 / 0\ndef main():\n    return helper()",
      /^process exited with code 255\nTraceback \(most recent call last\):\n {2}File ".*", line 4, in main\n[\s\S]*line 2, in helper\n[\s\S]*ZeroDivisionError: division by zero$/,
      /__call_main|in <module>/,
    ],
    [
      "an exception while it is read",
      "python3",
      "x = 1\nraise KeyError('x')",
      /line 2, in <module>[\s\S]*KeyError: 'x'$/,
      /__call/,
    ],
    [
      "a syntax error",
      "python3",
      "def main():\n    return (",
      /line 2\n[\s\S]*SyntaxError: '\(' was never closed$/,
      /b64decode/,
    ],
    [
      "a main without a body",
      "python3",
      "def main():",
      /255\nIndentationError: expected an indented block.*line 1$/,
      /__call/,
    ],
    [
      "no main",
      "python3",
      "x = 1",
      /^process exited with code 255\nNameError: name 'main' is not defined/,
      /line|File/,
    ],
    [
      "an argument too few",
      "python3",
      "def main(a): return {}",
      /255\nTypeError: main\(\) missing 1 required/,
      /line|File/,
    ],
    [
      "a result that is no JSON",
      "python3",
      "def main(): return {'a': {1}}",
      /\nTypeError: Object of type set is not JSON/,
      /File/,
    ],
    ["an exit", "python3", "import sys\ndef main(): sys.exit(3)", /^process exited with code 3$/, /main/],
    ["a quiet exit", "python3", "import sys\ndef main(): sys.exit(0)", /without a result/, /exited/],
    [
      "a throw",
      "javascript",
      "function main() {\n  throw new Error('no')\n}",
      /code 1\n[\s\S]*Error: no\n\s+at main \(.*:2:\d+\)/,
      /__call_main|base64|node:/,
    ],
    ["no main", "javascript", "let a", /main is not defined|'main' is not defined/, /at |base64/],
    [
      "a number without JSON",
      "javascript",
      "function main() { return {a: 1n} }",
      /TypeError: .*BigInt/i,
      /base64|at __/,
    ],
  ])("that fails by %s of %s shows the author's own lines", async (_, language, code, sentence, hidden) => {
    const error = errorIn(await run(code, { language }));
    expect(error).toMatchObject({ type: "CodeExecutionError", code: "node.code.program-failed" });
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toMatch(hidden);
  });

  it("ends at its step's time, with what it had printed", async () => {
    const code = "import time\nprint('begun', flush=True)\ndef main():\n    time.sleep(30)";
    const outcome = await run(code, { data: { diwan: { timeout_seconds: 0.6 } } });
    expect(outcome).toMatchObject({
      error: { message: "process exited with code -1\nerror: timeout" },
      processData: { run: { stdout: "begun\n", limit: "time" } },
    });
  });

  describe("gives back whatever it was given", () => {
    const values = someValues(400, 20_261_125);
    const limits = { maxDepth: 50, maxNumber: 2n ** 80n, minNumber: -(2n ** 80n), maxPrecision: 400 };
    const lengths = { maxNumberArrayLength: 9_999, maxStringArrayLength: 9_999, maxObjectArrayLength: 9_999 };

    it("in Python, to the kind of each number", async () => {
      const code = "def main(values): return {'values': values}";
      const outcome = await run(code, { inputs: { values }, limits: { ...limits, ...lengths } });
      expect(outputsIn(outcome)["values"]).toEqual(withoutNuls(values));
    });

    it("in JavaScript, as far as its numbers go", async () => {
      const code = "function main({values}) { return {values} }";
      const outcome = await run(code, {
        language: "javascript",
        inputs: { values },
        limits: { ...limits, ...lengths },
      });
      const plain = parseJson(JSON.stringify(JSON.parse(stringifyJson(values))));
      expect(outputsIn(outcome)["values"]).toEqual(withoutNuls(plain));
    });

    it("save NaN, which Python sees and JavaScript has as null", async () => {
      const seen = { inputs: { a: Number.NaN, b: Number.NEGATIVE_INFINITY } };
      expect(outputsIn(await run("def main(a, b): return {'r': str([a, b])}", seen))).toEqual({ r: "[nan, -inf]" });
      const script = "function main({a, b}) { return {r: String([a, b]), n: a} }";
      expect(outputsIn(await run(script, { ...seen, language: "javascript" }))).toEqual({ r: ",", n: null });
    });
  });
});

const texts = [
  ...[
    "",
    "plain",
    `it's "quoted"`,
    "'''",
    '"""',
    "\\",
    "\\n\\u0041",
    "`$" + "{x}`",
    "a\nb\r\nc\td",
    "\0 in it",
    "\u2028\u2029",
  ],
  ...[
    "\ud800 alone",
    "alone \udfff",
    "👍🏽",
    "مرحبا",
    "<<RESULT>>",
    "<<RESULT>>{}<<RESULT>>",
    "</script>",
    "%s {x} {{ y }}",
    "\ufeff",
  ],
];
const numbers: Value[] = [
  0,
  -1,
  2n ** 70n,
  -(2n ** 70n),
  2 ** 53 - 1,
  0.1,
  -2.5e-7,
  1e-300,
  new Float(3),
  new Float(-0),
  1.5e10,
];

/** Values of every kind, nested in each other, the same for the same seed. */
function someValues(count: number, seed: number): Value[] {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const text = () => texts[next(texts.length)]! + (next(3) === 0 ? texts[next(texts.length)]! : "");
  const value = (depth: number): Value => {
    switch (next(depth > 0 ? 7 : 5)) {
      case 0:
        return null;
      case 1:
        return next(2) === 0;
      case 2:
        return numbers[next(numbers.length)]!;
      case 5:
        return Array.from({ length: next(4) }, () => value(depth - 1));
      case 6:
        return Object.fromEntries(Array.from({ length: next(4) }, () => [text(), value(depth - 1)]));
      default:
        return text();
    }
  };
  return Array.from({ length: count }, (_, place) => value(place % 40 === 0 ? 30 : 4));
}

function withoutNuls(value: Value): Value {
  if (typeof value === "string") return value.replaceAll("\0", "");
  if (Array.isArray(value)) return value.map(withoutNuls);
  if (typeof value !== "object" || value === null || value instanceof Float) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutNuls(inner)]));
}
