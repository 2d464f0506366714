import { nodeRegistry } from "@diwan/nodes";
import { startModelServer } from "@diwan/testkit";
import { compileGraph, defaultGraphLimits, exportAppFile, type GraphLimits, readAppFile } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { appText, end, iteration, llm, loop, start, template } from "../support/app-text.ts";
import { runApp } from "../support/run-app.ts";

describe("limits of a run", () => {
  it("count the steps inside containers, and say the limit", async () => {
    const source = appText(
      "workflow",
      [start(), ...loop("rounds", 100, [template("t", "x")])],
      ["start>rounds", "roundsstart>t"],
    );
    expect(await runApp(source, { limits: { maxSteps: 20 } })).toMatchObject({
      status: "failed",
      error: { code: "run.step-limit", message: "Aborted: Maximum execution steps exceeded: 21 > 20" },
    });
  });

  it("end a run whose time is over, in a container too, and count the time of earlier workers", async () => {
    await using server = await startModelServer({ hang: true });
    const source = appText(
      "workflow",
      [
        start([{ variable: "in", type: "json_object" }]),
        ...iteration("each", ["start", "in", "list"], ["ask", "text"], [llm("ask", "go")]),
      ],
      ["start>each", "eachstart>ask"],
    );
    const run = await runApp(source, {
      inputs: { in: { list: [1, 2] } as never },
      modelUrl: server.url,
      limits: { softMs: 60 },
    });
    expect(run).toMatchObject({ status: "failed", error: { code: "run.time-limit" } });
    await expect.poll(() => server.aborted()).toBe(1);
  });

  it("fail a step that gives more than a run may carry", async () => {
    const source = appText(
      "workflow",
      [start(), template("big", "{{ 'x' * 5000 }}"), end("end", { big: ["big", "output"] })],
      ["start>big", "big>end"],
    );
    expect(await runApp(source, { limits: { maxStepOutputBytes: 1000 } })).toMatchObject({
      status: "failed",
      error: { code: "run.step-output-too-large", nodeId: "big" },
    });
  });

  it("end one attempt after the step's own time, and try again where the step says so", async () => {
    await using server = await startModelServer({ hang: true });
    const slow = llm("ask", "go", {
      error_strategy: "default-value",
      default_value: [{ key: "text", type: "string", value: "nothing" }],
      diwan: { timeout_seconds: 0.05, retry: { max: 1, interval_ms: 1, growth: 2 } },
    });
    const run = await runApp(
      appText(
        "workflow",
        [start(), slow, end("end", { t: ["ask", "text"], e: ["ask", "error_type"] })],
        ["start>ask", "ask>end"],
      ),
      {
        modelUrl: server.url,
      },
    );
    expect(run).toMatchObject({ status: "partial-succeeded", outputs: { t: "nothing", e: "TimeoutError" } });
    expect(
      run.journal.filter(({ nodeId }) => nodeId === "ask").map(({ attempt, status }) => [attempt, status]),
    ).toEqual([
      [1, "retried"],
      [2, "exception"],
    ]);
  });

  it("refuse containers that lie in each other in a circle", async () => {
    const [outer, outerStart] = iteration("outer", ["start", "x"], ["a", "output"], []);
    const [inner, innerStart] = iteration("inner", ["start", "x"], ["a", "output"], []);
    const nodes = [
      start(),
      { ...outer!, iteration_id: "inner" },
      outerStart!,
      { ...inner!, iteration_id: "outer" },
      innerStart!,
    ];
    await expect(runApp(appText("workflow", nodes, []))).rejects.toThrow(/contain each other/);
  });
});

describe("a step that may run only once", () => {
  const post = {
    id: "post",
    type: "http-request",
    method: "post",
    url: "http://192.0.2.1/",
    authorization: { type: "no-auth" },
    headers: "",
    params: "",
    body: { type: "none", data: [] },
    timeout: {},
  };
  const source = (rest: object) =>
    appText(
      "workflow",
      [start(), { ...post, ...rest }, end("end", { code: ["post", "status_code"], why: ["post", "error_type"] })],
      ["start>post", "post>end"],
    );
  const answers = { http: { send: async () => ({ status: 201, headers: [], url: "", body: none() }) } };

  it("is not repeated when nobody knows whether it ran; its error strategy decides", async () => {
    const once = source({
      diwan: { effect: "at-most-once" },
      error_strategy: "default-value",
      default_value: [{ key: "status_code", type: "number", value: "0" }],
    });
    const whole = await runApp(once, { ports: answers });
    expect(whole.outputs).toMatchObject({ code: 201 });
    const begun = whole.entries.findIndex(({ kind }) => kind === "started");
    const cut = { journal: whole.entries.slice(0, begun + 1), runId: whole.runId, ports: answers };
    expect(await runApp(once, cut)).toMatchObject({
      status: "partial-succeeded",
      outputs: { why: "EffectUnknownError" },
      steps: { post: { error: { code: "run.effect-unknown" } } },
    });
    // Without the mark it is made again, under the same key.
    expect((await runApp(source({}), cut)).outputs).toMatchObject({ code: 201 });
  });
});

async function* none(): AsyncGenerator<Uint8Array> {}

/** The same file with keys of ours. */
function withOurs(text: string, diwan: Record<string, unknown>): string {
  return JSON.stringify({ ...JSON.parse(text), diwan });
}

const chain = appText(
  "workflow",
  [start(), template("a", "1"), template("b", "2"), template("c", "3")],
  ["start>a", "a>b", "b>c"],
);

describe("limits that an app file sets itself", () => {
  it("end its runs after so many steps, and say so", async () => {
    expect(await runApp(withOurs(chain, { version: 1, limits: { steps: 2 } }))).toMatchObject({
      status: "failed",
      error: { code: "run.step-limit", message: "Aborted: Maximum execution steps exceeded: 3 > 2" },
    });
  });

  it("allow no more than the installation does", async () => {
    const source = withOurs(chain, { version: 1, limits: { steps: 100 } });
    expect(await runApp(source, { limits: { maxSteps: 2 } })).toMatchObject({
      error: { message: "Aborted: Maximum execution steps exceeded: 3 > 2" },
    });
  });

  it("end its runs after so many seconds, and say so", async () => {
    await using server = await startModelServer({ hang: true });
    const source = appText("workflow", [start(), llm("ask", "go")], ["start>ask"]);
    const run = await runApp(withOurs(source, { version: 1, limits: { soft_seconds: 0.05 } }), {
      modelUrl: server.url,
    });
    expect(run.error).toMatchObject({
      code: "run.time-limit",
      message: expect.stringMatching(/exceeded: 0\.\d\ds > 0\.05s/),
    });
  });

  it.each([
    [{ soft_seconds: "long" }, "soft_seconds has to be a number of seconds above 0"],
    [{ soft_seconds: true }, "soft_seconds has to be a number of seconds above 0"],
    [{ hard_seconds: 0 }, "hard_seconds has to be a number of seconds above 0"],
    [{ steps: -1 }, "steps has to be a whole number above 0"],
    [{ steps: 1.5 }, "steps has to be a whole number above 0"],
    [[60], "holds no keys"],
  ])("keep %j from being published, with a sentence and its line", (limits, sentence) => {
    const { file, problems } = readAppFile(withOurs(chain, { version: 1, limits }));
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    const compiled = compileGraph(file!.workflow!, nodeRegistry);
    expect(compiled.graph).toBeUndefined();
    expect(compiled.problems).toMatchObject([
      {
        code: "app.limit-invalid",
        path: expect.stringMatching(/^diwan\.limits/),
        message: expect.stringContaining(sentence),
      },
    ]);
  });

  it("leave the file as it came, those that nothing counts yet included", async () => {
    const limits = { soft_seconds: 300.5, hard_seconds: 360, cost: "1.50", currency: "USD", tokens: 1e5, steps: null };
    const source = withOurs(chain, { version: 1, limits, input_sets: [] });
    expect((await runApp(source)).status).toBe("succeeded");
    const exported = exportAppFile(readAppFile(source).file!.document, { includeSecrets: false });
    expect(exported).toContain("soft_seconds: 300.5");
    const again = exportAppFile(readAppFile(exported).file!.document, { includeSecrets: false });
    expect(again).toBe(exported);
    expect(readAppFile(exported).file!.document["diwan"]).toEqual(readAppFile(source).file!.document["diwan"]);
  });
});

describe("the size of all that a run's steps give", () => {
  const five = Array.from({ length: 5 }, (_, place) => template(`t${place}`, "{{ 'x' * 1000 }}"));
  const edges = five.map((_, place) => (place === 0 ? "start>t0" : `t${place - 1}>t${place}`));
  const source = appText("workflow", [start(), ...five], edges);

  it("ends a run whose outputs are together more than it may hold, and says the limit", async () => {
    const run = await runApp(source, { limits: { maxRunOutputBytes: 3500 } });
    expect(run).toMatchObject({
      status: "failed",
      error: {
        code: "run.outputs-too-large",
        message:
          "The run's steps have given more than 3500 bytes together, the limit for one run (DIWAN_RUN_OUTPUT_MAX_BYTES).",
      },
    });
    expect(run.path).toEqual(["start", "t0", "t1", "t2", "t3"]);
    expect((await runApp(source, { limits: { maxRunOutputBytes: 6000 } })).status).toBe("succeeded");
  });

  it("counts what earlier workers left", async () => {
    const whole = await runApp(source);
    const journal = whole.entries.slice(0, -1);
    const taken = await runApp(source, { journal, runId: whole.runId, limits: { maxRunOutputBytes: 4500 } });
    expect(taken).toMatchObject({ status: "failed", error: { code: "run.outputs-too-large", nodeId: "t4" } });
  });
});

it("a wait between tries that no timer could hold is a long wait, not none", async () => {
  await using server = await startModelServer({ error: { status: 500, message: "no" } });
  const flaky = llm("ask", "go", { retry_config: { retry_enabled: true, max_retries: 3, retry_interval: 3e9 } });
  const run = await runApp(appText("workflow", [start(), flaky], ["start>ask"]), {
    modelUrl: server.url,
    limits: { softMs: 200 },
  });
  expect(run).toMatchObject({ status: "failed", error: { code: "run.time-limit" } });
});

describe("what an installation lets a graph be", () => {
  const compile = (text: string, limits: Partial<GraphLimits>) =>
    compileGraph(readAppFile(text).file!.workflow!, nodeRegistry, { ...defaultGraphLimits, ...limits });
  const rounds = appText(
    "workflow",
    [start(), ...loop("rounds", 50, [template("t", "x")])],
    ["start>rounds", "roundsstart>t"],
  );

  it("is at most so many containers deep", () => {
    const inner = loop("inner", 2, [template("t", "x")]).map((node) => ({ loop_id: "outer", ...node }));
    const nested = appText(
      "workflow",
      [start(), ...loop("outer", 2, inner)],
      ["start>outer", "outerstart>inner", "innerstart>t"],
    );
    expect(compile(nested, { maxContainerDepth: 2 }).problems).toEqual([]);
    expect(compile(nested, { maxContainerDepth: 1 })).toMatchObject({
      graph: undefined,
      problems: [
        {
          code: "app.containers-too-deep",
          message: expect.stringContaining("more than 1 deep, the limit DIWAN_CONTAINER_MAX_DEPTH"),
        },
      ],
    });
  });

  it("has at most so many rounds, a loop by its count and an iteration by its list", async () => {
    expect(compile(rounds, { maxContainerRounds: 49 })).toMatchObject({
      graph: undefined,
      problems: [
        {
          code: "app.step-invalid",
          message: expect.stringContaining(
            "loop_count is 50; 49 rounds are the most, the limit DIWAN_CONTAINER_MAX_ROUNDS",
          ),
        },
      ],
    });
    const each = appText(
      "workflow",
      [
        start([{ variable: "in", type: "json_object" }]),
        ...iteration("each", ["start", "in", "list"], ["t", "output"], [template("t", "x")]),
      ],
      ["start>each", "eachstart>t"],
    );
    const run = await runApp(each, {
      inputs: { in: { list: [1, 2, 3] } as never },
      graphLimits: { ...defaultGraphLimits, maxContainerRounds: 2 },
    });
    expect(run.error?.message).toMatch(/has 3 items, and 2 are the most \(DIWAN_CONTAINER_MAX_ROUNDS\)/);
  });

  it("warns of loops with more rounds than usual, and runs them", async () => {
    const compiled = compile(rounds, { usualContainerRounds: 10 });
    expect(compiled.graph).toBeDefined();
    expect(compiled.problems).toMatchObject([
      { severity: "warning", code: "app.many-rounds", message: expect.stringContaining("LOOP_NODE_MAX_COUNT") },
    ]);
    expect(compile(rounds, { usualContainerRounds: 50 }).problems).toEqual([]);
  });

  it("declares no variable above so many bytes", () => {
    const variable = (value: string) => [{ id: "v", name: "motto", value_type: "string", value }];
    const withVariables = (environment: string, conversation: string) =>
      appText("advanced-chat", [start()], [], {
        environment_variables: variable(environment),
        conversation_variables: variable(conversation),
      });
    expect(compile(withVariables("short", "short"), { maxVariableBytes: 100 }).problems).toEqual([]);
    const long = "x".repeat(101);
    expect(compile(withVariables(long, long), { maxVariableBytes: 100 })).toMatchObject({
      graph: undefined,
      problems: ["environment", "conversation"].map((kind) => ({
        code: "app.variable-too-large",
        path: `workflow.${kind}_variables[0].value`,
        message: `The ${kind} variable "motto" is larger than 100 bytes, the limit MAX_VARIABLE_SIZE. Shorten its value.`,
      })),
    });
  });
});
