import { publicPolicy } from "@diwan/egress";
import { createIdSource, DiwanError } from "@diwan/kernel";
import { hasTestSandbox, openTestSandbox, type TestSandbox } from "@diwan/testkit";
import { Float, type Value } from "@diwan/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CodeProgram, CodeResult, CodeRunner } from "../ports.ts";
import { createSandboxCodeRunner } from "../sandbox/sandbox-code-runner.ts";
import { jinjaProgram, renderedIn } from "./jinja-program.ts";
import { type RenderOptions, templateOf } from "./template.ts";

const { signal } = new AbortController();

function answering(answer: Partial<CodeResult> | Error) {
  const asked: CodeProgram[] = [];
  const whole = { stdout: "", stderr: "", error: "", exitCode: 0, elapsedMs: 1, memoryBytes: null };
  const code: CodeRunner = {
    async run(program) {
      asked.push(program);
      if (answer instanceof Error) throw answer;
      return { ...whole, ...answer };
    },
  };
  return { asked, code };
}

async function problemOf(
  source: string,
  options: Partial<RenderOptions> & { code: CodeRunner },
  inputs: Record<string, Value> = {},
): Promise<DiwanError> {
  const render = async () => templateOf(source).render(inputs, { signal, ...options });
  const error = await render().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DiwanError);
  return error as DiwanError;
}

/** What our interpreter does not know. */
const FOREIGN = "{{ 2 ** 0.3 }}";

describe("a template", () => {
  it("that our interpreter knows asks nobody, and is there at once", () => {
    const { asked, code } = answering({});
    expect(templateOf("{{ a }}!").render({ a: new Float(3) }, { code, signal })).toBe("3.0!");
    expect(() => templateOf("{{ a.b }}").render({}, { code, signal })).toThrow(/'a' is undefined/);
    expect(asked).toEqual([]);
  });

  it("that it does not know is rendered in the sandbox, without any network", async () => {
    const { asked, code } = answering({ stdout: '<<RESULT>>{"text": "x<<RESULT>>y"}<<RESULT>>\n' });
    expect(await templateOf(FOREIGN).render({}, { code, signal })).toBe("x<<RESULT>>y");
    expect(asked).toMatchObject([{ language: "python3", allowedHosts: [] }]);
  });

  it.each<[string, Partial<CodeResult>, string, RegExp]>([
    ["time", { error: "process exited with code -1\nerror: timeout\n" }, "limit-exceeded", /runs for too long/],
    ["output", { error: "process exited with code -1\nerror: output limit exceeded\n" }, "limit-exceeded", /too much/],
    ["anything else", { error: "process exited with code 255\nModuleNotFoundError" }, "unsupported", /not supported/],
    ["no answer", { stdout: "nothing" }, "unsupported", /not supported/],
  ])("that the sandbox ends by %s fails as ours would", async (_, result, code, sentence) => {
    const problem = await problemOf(FOREIGN, { code: answering(result).code });
    expect(problem).toMatchObject({ code: `template.${code}`, message: expect.stringMatching(sentence) });
  });

  it("says what it uses where there is no sandbox, and what is wrong with one that is there", async () => {
    const none = createSandboxCodeRunner(publicPolicy, undefined)({ workspaceId: createIdSource().next() });
    expect(await problemOf(FOREIGN, { code: none })).toMatchObject({ code: "template.unsupported" });
    const away = new DiwanError("sandbox.unreachable", "dependency", "away");
    expect(await problemOf(FOREIGN, { code: answering(away).code })).toMatchObject({ code: "sandbox.unreachable" });
  });
});

describe.skipIf(!hasTestSandbox())("Jinja2 in the sandbox (needs python3 with Jinja2 3.1.6, or a sandbox)", () => {
  let sandbox: TestSandbox;
  let code: CodeRunner;
  beforeAll(async () => {
    sandbox = await openTestSandbox();
    code = createSandboxCodeRunner(publicPolicy, {
      endpoint: sandbox.url,
      credentials: { type: "key", key: sandbox.key },
      timeouts: { connectMs: 10_000, readMs: 60_000, writeMs: 10_000 },
      verifyTls: true,
    })({ workspaceId: createIdSource().next() });
  });
  afterAll(() => sandbox[Symbol.asyncDispose]());

  const inputs: Record<string, Value> = {
    f: new Float(3),
    n: null,
    t: true,
    d: { a: [1, 2.5] },
    u: 'ü😀\ud800"',
    b: 2n ** 70n,
  };
  const there = async (source: string) => {
    const { stdout, error } = await code.run(jinjaProgram(source, inputs), signal);
    expect(error).toBe("");
    return renderedIn(stdout);
  };

  it.each([
    "{{ f }} {{ n }} {{ t }} {{ d }} {{ u }} {{ b }} {{ missing }}",
    "{% for i in d.a %}{{ loop.index }}:{{ i }}\n{% endfor %}\n",
    "{# no #}{{ '<b>' }}{{ '<b>'|e }}{{ d|tojson }}\n\n",
    "{{ '{{' }}\u2028''' \"\"\" \\ </script>",
  ])("renders as our interpreter does: %s", async (source) => {
    expect(await there(source)).toBe(templateOf(source).render(inputs, { code, signal }));
  });

  it.each([
    "a\n{{ missing.name }}",
    "a\n\n{% if %}",
    "a\n{{ 1 + 'x' }}",
    "{% include 'x' %}",
    "\n{{ x|nope }}",
    "\n\n{{ 1 // 0 }}",
    "{% for i in d.a %}\n{{ i.b.c }}\n{% endfor %}",
  ])("fails with the code and the line of our interpreter: %s", async (source) => {
    const mine = await problemOf(source, { code }, inputs);
    const theirs = (await there(source).catch((error: unknown) => error)) as DiwanError;
    const line = (text: string) => /^Template line \d+: ./.exec(text)?.[0].slice(0, -1);
    expect([theirs.code, theirs.kind, line(theirs.message)]).toEqual([mine.code, mine.kind, line(mine.message)]);
  });

  it("writes no more than its step may", async () => {
    const options = { code, maxCharacters: 20 };
    expect(await problemOf(`${FOREIGN}{{ 'x' * 21 }}`, options)).toMatchObject({ code: "template.limit-exceeded" });
    expect(await templateOf(`{{ [3]|random }}${"x".repeat(19)}`).render({}, { ...options, signal })).toHaveLength(20);
  });
});
