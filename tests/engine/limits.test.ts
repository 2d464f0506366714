import { startModelServer } from "@diwan/testkit";
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
