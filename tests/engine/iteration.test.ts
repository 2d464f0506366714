import type { RunEvent } from "@diwan/contracts";
import { type SeenRequest, startModelServer, words } from "@diwan/testkit";
import { describe, expect, it } from "vitest";
import { appText, end, iteration, llm, loop, start, template } from "../support/app-text.ts";
import { runApp } from "../support/run-app.ts";

/** `start` gives `{list: […]}` as one input; iterations go through `start.in.list`. */
function each(list: unknown, inner: Parameters<typeof iteration>[3], edges: string[], rest: object = {}) {
  return runApp(
    appText(
      "workflow",
      [
        start([{ variable: "in", type: "json_object" }]),
        ...iteration("each", ["start", "in", "list"], [inner.at(-1)!.id, "output"], inner, rest),
        end("end", { result: ["each", "output"] }),
      ],
      ["start>each", "each>end", ...edges],
    ),
    { inputs: { in: { list } as never } },
  );
}

const shout = template("shout", "{{ item|upper }}{{ index }}", { item: ["each", "item"], index: ["each", "index"] });
const failsOnB = template("may", "{{ 1 / (0 if item == 'b' else 1) }}", { item: ["each", "item"] });

describe("an iteration", () => {
  it("runs its steps once for each item and gives the results in order", async () => {
    const { status, outputs, events, steps } = await each(["a", "b", "c"], [shout], ["eachstart>shout"]);
    expect(status).toBe("succeeded");
    expect(outputs).toEqual({ result: ["A0", "B1", "C2"] });
    expect(kinds(events)).toEqual([
      "step.started start",
      "step.finished start",
      "container.started each 3",
      "round.started each 0",
      "step.started shout",
      "step.finished shout",
      "round.started each 1",
      "step.started shout",
      "step.finished shout",
      "round.started each 2",
      "step.started shout",
      "step.finished shout",
      "step.finished each",
      "step.started end",
      "step.finished end",
    ]);
    expect(steps["shout"]).toMatchObject({
      frame: [["each", 2]],
      metadata: { iteration_id: "each", iteration_index: 2 },
    });
    expect(steps["each"]).toMatchObject({
      rounds: 3,
      metadata: { iteration_duration_map: { "0": expect.anything() } },
    });
  });

  it("keeps the order of the items where rounds run at the same time", async () => {
    await using server = await startModelServer((request) => ({
      text: words(`said ${lastSaid(request)}`),
      delayMs: lastSaid(request) === "a" ? 60 : 5,
    }));
    const run = await runApp(
      appText(
        "workflow",
        [
          start([{ variable: "in", type: "json_object" }]),
          ...iteration("each", ["start", "in", "list"], ["ask", "text"], [llm("ask", "{{#each.item#}}")], {
            is_parallel: true,
            parallel_nums: 2,
          }),
          end("end", { result: ["each", "output"] }),
        ],
        ["start>each", "each>end", "eachstart>ask"],
      ),
      { inputs: { in: { list: ["a", "b", "c"] } as never }, modelUrl: server.url },
    );
    expect(run.outputs).toEqual({ result: ["said a", "said b", "said c"] });
    expect(run.events.filter(({ type }) => type === "round.started").slice(0, 2)).toMatchObject([
      { round: 0 },
      { round: 1 },
    ]);
  });

  it("gives an empty list for nothing to go through, and fails on what is no list or not there", async () => {
    expect((await each([], [shout], ["eachstart>shout"])).outputs).toEqual({ result: [] });
    expect((await each(null, [shout], ["eachstart>shout"])).outputs).toEqual({ result: [] });
    expect(await each("text", [shout], ["eachstart>shout"])).toMatchObject({
      status: "failed",
      error: { code: "node.iteration.input-invalid", nodeId: "each" },
    });
    const missing = appText(
      "workflow",
      [start(), ...iteration("each", ["nobody", "list"], ["shout", "output"], [shout])],
      ["start>each", "eachstart>shout"],
    );
    expect(await runApp(missing)).toMatchObject({
      status: "failed",
      steps: { each: { error: { type: "IteratorVariableNotFoundError" } } },
    });
  });

  it.each([
    ["terminated", { status: "failed", outputs: {} }],
    ["continue-on-error", { status: "partial-succeeded", outputs: { result: ["1.0", null, "1.0"] } }],
    ["remove-abnormal-output", { status: "partial-succeeded", outputs: { result: ["1.0", "1.0"] } }],
  ])("with a round that fails and the mode %s ends as that mode says", async (mode, expected) => {
    const run = await each(["a", "b", "c"], [failsOnB], ["eachstart>may"], { error_handle_mode: mode });
    expect(run).toMatchObject(expected);
    if (mode === "terminated") {
      expect(run.error).toMatchObject({ nodeId: "each" });
      expect(run.journal.filter(({ nodeId }) => nodeId === "may")).toHaveLength(2);
    }
  });

  it("takes one level out of lists of lists, unless told not to", async () => {
    const pair = { id: "pair", type: "variable-aggregator", output_type: "array[any]", variables: [["each", "item"]] };
    const lists = [["a"], ["b", "c"], null];
    expect((await each(lists, [pair], ["eachstart>pair"])).outputs).toEqual({ result: ["a", "b", "c"] });
    expect((await each(lists, [pair], ["eachstart>pair"], { flatten_output: false })).outputs).toEqual({
      result: lists,
    });
    expect((await each([["a"], "b"], [pair], ["eachstart>pair"])).outputs).toEqual({ result: [["a"], "b"] });
  });

  it("runs inside another, and sees the outer item", async () => {
    const inner = iteration(
      "inner",
      ["outer", "item"],
      ["both", "output"],
      [template("both", "{{ a|length }}{{ b }}", { a: ["outer", "item"], b: ["inner", "item"] })],
    );
    const run = await runApp(
      appText(
        "workflow",
        [
          start([{ variable: "in", type: "json_object" }]),
          ...iteration("outer", ["start", "in", "list"], ["inner", "output"], [{ ...inner[0]! }]),
          { ...inner[1]! },
          { ...inner[2]! },
          end("end", { result: ["outer", "output"] }),
        ],
        ["start>outer", "outerstart>inner", "innerstart>both", "outer>end"],
      ),
      { inputs: { in: { list: [["x", "y"], ["z"]] } as never } },
    );
    expect(run.outputs).toEqual({ result: ["2x", "2y", "1z"] });
    expect(run.steps["both"]?.frame).toEqual([
      ["outer", 1],
      ["inner", 0],
    ]);
  });

  it("lets nothing out of a round but the collected output", async () => {
    const run = await runApp(
      appText(
        "workflow",
        [
          start([{ variable: "in", type: "json_object" }]),
          ...iteration("each", ["start", "in", "list"], ["shout", "output"], [shout]),
          end("end", { leaked: ["shout", "output"], item: ["each", "item"], result: ["each", "output"] }),
        ],
        ["start>each", "eachstart>shout", "each>end"],
      ),
      { inputs: { in: { list: ["a"] } as never } },
    );
    expect(run.outputs).toEqual({ leaked: null, item: null, result: ["A0"] });
  });

  it("streams the answers inside it round by round, in the order of the items", async () => {
    await using server = await startModelServer((request) => ({
      text: words(`on ${lastSaid(request)} `),
      delayMs: lastSaid(request) === "a" ? 50 : 0,
    }));
    const source = appText(
      "advanced-chat",
      [
        start([{ variable: "in", type: "json_object" }]),
        ...iteration(
          "each",
          ["start", "in", "list"],
          ["ask", "text"],
          [llm("ask", "{{#each.item#}}"), { id: "say", type: "answer", answer: "[{{#ask.text#}}]" }],
          { is_parallel: true, parallel_nums: 3 },
        ),
        { id: "last", type: "answer", answer: "done" },
      ],
      ["start>each", "eachstart>ask", "ask>say", "each>last"],
    );
    const run = await runApp(source, { inputs: { in: { list: ["a", "b", "c"] } as never }, modelUrl: server.url });
    expect(run.answer).toBe("[on a ][on b ][on c ]done");
    expect(run.outputs["answer"]).toBe(run.answer);
  });

  it("takes its fail branch, with what went wrong inside", async () => {
    const run = await runApp(
      appText(
        "workflow",
        [
          start([{ variable: "in", type: "json_object" }]),
          ...iteration("each", ["start", "in", "list"], ["may", "output"], [failsOnB], {
            error_strategy: "fail-branch",
          }),
          end("ok", { good: ["each", "output"] }),
          end("bad", { why: ["each", "error_type"] }),
        ],
        ["start>each", "eachstart>may", "each>ok", "each:fail-branch>bad"],
      ),
      { inputs: { in: { list: ["a", "b"] } as never } },
    );
    expect(run).toMatchObject({ status: "partial-succeeded", outputs: { why: "TemplateRenderError" } });
  });

  it("goes on after a crash from any point of its journal, and ends the same", async () => {
    const edges = ["eachstart>shout"];
    const whole = await each(["a", "b", "c", "d"], [shout], edges, { is_parallel: true, parallel_nums: 2 });
    for (let length = 0; length <= whole.entries.length; length += 1) {
      const again = await runApp(
        appText(
          "workflow",
          [
            start([{ variable: "in", type: "json_object" }]),
            ...iteration("each", ["start", "in", "list"], ["shout", "output"], [shout], {
              is_parallel: true,
              parallel_nums: 2,
            }),
            end("end", { result: ["each", "output"] }),
          ],
          ["start>each", "each>end", ...edges],
        ),
        {
          inputs: { in: { list: ["a", "b", "c", "d"] } as never },
          journal: whole.entries.slice(0, length),
          runId: whole.runId,
        },
      );
      expect(again.outputs, `after ${length} entries`).toEqual(whole.outputs);
      expect(again.journal.length).toBe(whole.journal.length);
    }
  });
});

describe("a loop", () => {
  const count = (rest: object = {}, edges: string[] = []) =>
    runApp(
      appText(
        "workflow",
        [
          start(),
          ...loop("rounds", 5, [template("t", "{{ n }}x", { n: ["rounds", "n"] })], {
            loop_variables: [{ label: "n", var_type: "string", value_type: "constant", value: "a" }],
            ...rest,
          }),
          end("end", { n: ["rounds", "n"], rounds: ["rounds", "loop_round"], last: ["t", "output"] }),
        ],
        ["start>rounds", "rounds>end", "roundsstart>t", ...edges],
      ),
    );

  it("repeats its steps as often as it says, and leaves the last round's outputs readable", async () => {
    const { outputs, events, steps } = await count();
    expect(outputs).toEqual({ n: "a", rounds: 5, last: "ax" });
    expect(kinds(events).filter((kind) => kind.startsWith("round"))).toEqual([
      "round.started rounds 1",
      "round.started rounds 2",
      "round.started rounds 3",
      "round.started rounds 4",
    ]);
    expect(steps["rounds"]).toMatchObject({ rounds: 5, metadata: { completed_reason: "loop_completed" } });
    expect(steps["t"]).toMatchObject({ metadata: { loop_id: "rounds", loop_index: 4 } });
  });

  it("ends after the round in which its condition holds", async () => {
    const broken = { variable_selector: ["t", "output"], comparison_operator: "is", value: "ax", varType: "string" };
    const { outputs, steps } = await count({ break_conditions: [broken] });
    expect(outputs).toMatchObject({ rounds: 1 });
    expect(steps["rounds"]).toMatchObject({ rounds: 5, metadata: { completed_reason: "loop_break" } });
  });

  it("has no round where its condition holds before the first", async () => {
    const broken = { variable_selector: ["rounds", "n"], comparison_operator: "is", value: "a", varType: "string" };
    const { outputs, path, steps } = await count({ break_conditions: [broken] });
    expect(outputs).toEqual({ n: "a", rounds: null, last: null });
    expect(path).toEqual(["start", "rounds", "end"]);
    expect(steps["rounds"]).toMatchObject({ rounds: 0, outputs: {} });
  });

  it("fails where a condition names a variable that no round made", async () => {
    const broken = { variable_selector: ["nobody", "x"], comparison_operator: "is", value: "a", varType: "string" };
    expect(await count({ break_conditions: [broken] })).toMatchObject({
      status: "failed",
      steps: { rounds: { error: { code: "node.loop.condition-invalid" } } },
    });
  });

  it("reads lists of its variables from JSON text, and a plain list as an empty one", async () => {
    const variable = (value: unknown) => [{ label: "n", var_type: "array[number]", value_type: "constant", value }];
    expect((await count({ loop_variables: variable("[1, 2]") })).outputs).toMatchObject({ n: [1, 2] });
    expect((await count({ loop_variables: variable([1, 2]) })).outputs).toMatchObject({ n: [] });
    expect((await count({ loop_variables: variable('["a"]') })).status).toBe("failed");
    const number = [{ label: "n", var_type: "number", value_type: "constant", value: "1" }];
    expect((await count({ loop_variables: number })).outputs).toMatchObject({ n: 1 });
  });
});

function kinds(events: readonly RunEvent[]): string[] {
  return events
    .filter(({ type }) => type !== "text-delta")
    .map((event) => {
      switch (event.type) {
        case "container.started":
          return `${event.type} ${event.nodeId} ${event.length}`;
        case "round.started":
          return `${event.type} ${event.nodeId} ${event.round}`;
        case "step.finished":
          return `${event.type} ${event.step.nodeId}`;
        case "step.started":
          return `${event.type} ${event.nodeId}`;
        default:
          return event.type;
      }
    });
}

function lastSaid({ body }: SeenRequest): string {
  return String((body["messages"] as { content: string }[]).at(-1)?.content);
}
