import type { RunEvent } from "@diwan/contracts";
import { startModelServer, words } from "@diwan/testkit";
import { Float } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { appText, end, ifElse, llm, template } from "../support/app-text.ts";
import { runApp } from "../support/run-app.ts";

const start = (variables: object[] = []) => ({ id: "start", type: "start", variables });
const text = (variable: string, rest: object = {}) => ({ variable, label: variable, type: "text-input", ...rest });

function deltas(events: RunEvent[]): string[] {
  return events.flatMap((event) => (event.type === "text-delta" ? [event.text] : []));
}

function kinds(events: RunEvent[]): string[] {
  return events.map((event) => {
    if (event.type === "step.started") return `started ${event.nodeId}`;
    if (event.type === "step.finished" || event.type === "step.retried")
      return `${event.type.slice(5)} ${event.step.nodeId}`;
    return event.type === "text-delta" ? `text ${event.text}` : event.type;
  });
}

describe("a run", () => {
  it("passes values from step to step and ends with what the end step names", async () => {
    const {
      end: how,
      outputs,
      path,
    } = await runApp(
      appText(
        "workflow",
        [
          start([text("name")]),
          template("hello", "Hello {{ name }}!", { name: ["start", "name"] }),
          end("end", { greeting: ["hello", "output"], nothing: ["nowhere", "x"] }),
        ],
        ["start>hello", "hello>end"],
      ),
      { inputs: { name: "Ada" } },
    );
    expect(how).toEqual({ status: "succeeded" });
    expect(outputs).toEqual({ greeting: "Hello Ada!", nothing: null });
    expect(path).toEqual(["start", "hello", "end"]);
  });

  it("succeeds with nothing where it has no end step", async () => {
    const { end: how, outputs } = await runApp(appText("workflow", [start()], []));
    expect([how, outputs]).toEqual([{ status: "succeeded" }, {}]);
  });

  it("keeps whole numbers and floats apart all the way to the text", async () => {
    const source = appText(
      "workflow",
      [
        start([
          { variable: "a", type: "number" },
          { variable: "b", type: "number" },
        ]),
        template("t", "{{ a }} {{ b }} {{ a / 2 }}", { a: ["start", "a"], b: ["start", "b"] }),
        end("end", { t: ["t", "output"] }),
      ],
      ["start>t", "t>end"],
    );
    expect((await runApp(source, { inputs: { a: 4, b: new Float(4) } })).outputs).toEqual({ t: "4 4.0 2.0" });
    expect((await runApp(source, { inputs: { a: "4", b: "4.0" } })).outputs).toEqual({ t: "4 4.0 2.0" });
  });

  it("lets old files select the start step's snapshot of everything", async () => {
    const source = appText(
      "advanced-chat",
      [
        start(),
        { id: "a", type: "answer", answer: "{{#sys.query#}}" },
        template("t", "{{ q }}", { q: ["start", "sys.query"] }),
      ],
      ["start>t", "t>a"],
    );
    expect((await runApp(source, { query: "why" })).steps["t"]?.outputs).toEqual({ output: "why" });
  });

  it("keeps secrets out of the start step's snapshot while templates can use them", async () => {
    const source = appText(
      "advanced-chat",
      [start(), { id: "a", type: "answer", answer: "{{#env.KEY#}}" }],
      ["start>a"],
      {
        environment_variables: [
          { id: "k", name: "KEY", value_type: "secret", value: "s3" },
          { id: "c", name: "CITY", value_type: "string", value: "Doha" },
        ],
      },
    );
    const { steps, answer } = await runApp(source);
    expect(answer).toBe("s3");
    expect(steps["start"]?.outputs).toMatchObject({ "env.CITY": "Doha" });
    expect(steps["start"]?.outputs).not.toHaveProperty(["env.KEY"]);
  });

  it("fails with the step and its reason, and starts nothing after it", async () => {
    const { end: how, path } = await runApp(
      appText(
        "workflow",
        [start(), template("broken", "{{ 1/0 }}"), template("after", "x"), end("end", {})],
        ["start>broken", "broken>after", "after>end"],
      ),
    );
    expect(how).toMatchObject({ status: "failed", error: { nodeId: "broken" } });
    expect(path).toEqual(["start", "broken"]);
  });

  it("stops when told to, with what it has", async () => {
    await using server = await startModelServer({ text: words("one two three four five"), pieceMs: 60 });
    const abort = new AbortController();
    const source = appText(
      "advanced-chat",
      [start(), llm("ask", "go"), { id: "a", type: "answer", answer: "So: {{#ask.text#}}" }],
      ["start>ask", "ask>a"],
    );
    const {
      end: how,
      answer,
      path,
    } = await runApp(source, {
      modelUrl: server.url,
      signal: abort.signal,
      onEvent: (event) => event.type === "text-delta" && event.text.includes("two") && abort.abort(),
    });
    expect(how).toEqual({ status: "stopped" });
    expect(answer).toBe("So: one two ");
    expect(path).toEqual(["start"]);
    await expect.poll(() => server.aborted()).toBe(1);
  });

  it("aborts after too many steps and after too much time, and says the limit", async () => {
    const chain = Array.from({ length: 6 }, (_, place) => template(`t${place}`, "x"));
    const edges = chain.map((_, place) => (place === 0 ? "start>t0" : `t${place - 1}>t${place}`));
    const steps = await runApp(appText("workflow", [start(), ...chain], edges), { limits: { maxSteps: 3 } });
    expect(steps.end).toMatchObject({
      status: "failed",
      error: { message: "Aborted: Maximum execution steps exceeded: 4 > 3" },
    });

    await using server = await startModelServer({ hang: true });
    const slow = await runApp(appText("workflow", [start(), llm("ask", "go")], ["start>ask"]), {
      modelUrl: server.url,
      limits: { softMs: 50 },
    });
    expect(slow.end).toMatchObject({
      status: "failed",
      error: { code: "run.time-limit", message: expect.stringMatching(/exceeded: 0\.0\ds > 0\.05s/) },
    });
  });
});

describe("branches", () => {
  const forked = appText(
    "workflow",
    [
      start([text("kind")]),
      ifElse("if", ["start", "kind"], "is", "a"),
      template("left", "L"),
      template("right", "R"),
      template("join", "{{ l }}{{ r }}", { l: ["left", "output"], r: ["right", "output"] }),
      end("end", { joined: ["join", "output"], r: ["right", "output"] }),
    ],
    ["start>if", "if:yes>left", "if:false>right", "left>join", "right>join", "join>end"],
  );

  it("run a join once, when the live branch has come and the dead one is skipped", async () => {
    expect((await runApp(forked, { inputs: { kind: "a" } })).path).toEqual(["start", "if", "left", "join", "end"]);
    const other = await runApp(forked, { inputs: { kind: "b" } });
    expect(other.path).toEqual(["start", "if", "right", "join", "end"]);
    expect(other.outputs).toEqual({ joined: "NoneR", r: "R" });
  });

  it("end quietly at a handle without an edge", async () => {
    const source = appText(
      "workflow",
      [start(), ifElse("if", ["sys", "user_id"], "is", "nobody"), template("yes", "x")],
      ["start>if", "if:yes>yes"],
    );
    expect(await runApp(source)).toMatchObject({ end: { status: "succeeded" }, path: ["start", "if"] });
  });

  it("run all edges of one handle, and wait for all of them at a join", async () => {
    const source = appText(
      "workflow",
      [
        start(),
        ifElse("if", ["sys", "user_id"], "is", "ada"),
        template("a", "A"),
        template("b", "B"),
        template("dead", "D"),
        end("end", { a: ["a", "output"], b: ["b", "output"], dead: ["dead", "output"] }),
      ],
      ["start>if", "if:yes>a", "if:yes>b", "if:false>dead", "a>end", "b>end", "dead>end"],
    );
    expect(await runApp(source)).toMatchObject({
      path: ["start", "if", "a", "b", "end"],
      outputs: { a: "A", b: "B", dead: null },
    });
  });

  it("come together in an aggregator, which takes the first that is there", async () => {
    const source = appText(
      "workflow",
      [
        start([text("kind")]),
        ifElse("if", ["start", "kind"], "is", "a"),
        template("left", ""),
        template("right", "R"),
        {
          id: "pick",
          type: "variable-aggregator",
          output_type: "string",
          variables: [
            ["left", "output"],
            ["right", "output"],
          ],
        },
        {
          id: "groups",
          type: "variable-assigner",
          variables: [],
          advanced_settings: {
            group_enabled: true,
            groups: [
              {
                group_name: "G",
                output_type: "string",
                variables: [
                  ["nowhere", "x"],
                  ["right", "output"],
                ],
              },
              { group_name: "none", output_type: "string", variables: [["nowhere", "x"]] },
            ],
          },
        },
        end("end", { picked: ["pick", "output"], grouped: ["groups", "G", "output"], none: ["groups", "none"] }),
      ],
      ["start>if", "if:yes>left", "if:false>right", "left>pick", "right>pick", "pick>groups", "groups>end"],
    );
    expect((await runApp(source, { inputs: { kind: "a" } })).outputs).toEqual({
      picked: "",
      grouped: null,
      none: null,
    });
    expect((await runApp(source, { inputs: { kind: "b" } })).outputs).toEqual({
      picked: "R",
      grouped: "R",
      none: null,
    });
  });

  it("skip a step that is switched off, which counts as done", async () => {
    const source = appText(
      "workflow",
      [start(), template("off", "x", {}, { diwan: { disabled: true } }), end("end", { x: ["off", "output"] })],
      ["start>off", "off>end"],
    );
    expect(await runApp(source)).toMatchObject({
      end: { status: "succeeded" },
      outputs: { x: null },
      path: ["start", "off", "end"],
    });
  });
});

describe("failures that are handled", () => {
  const failing = (rest: object) => template("t", "{{ 1/0 }}", {}, rest);

  it("take the fail branch with the error as outputs", async () => {
    const source = appText(
      "workflow",
      [
        start(),
        failing({ error_strategy: "fail-branch" }),
        template("ok", "ok"),
        template("sorry", "{{ m }}|{{ y }}", { m: ["t", "error_message"], y: ["t", "error_type"] }),
        end("end", { sorry: ["sorry", "output"], ok: ["ok", "output"] }),
      ],
      ["start>t", "t:source>ok", "t:fail-branch>sorry", "ok>end", "sorry>end"],
    );
    const run = await runApp(source);
    expect(run.end).toEqual({ status: "partial-succeeded" });
    expect(run.steps["t"]).toMatchObject({
      status: "exception",
      branch: "fail-branch",
      metadata: { error_strategy: "fail-branch" },
    });
    expect(run.outputs["sorry"]).toMatch(/divided by zero.*\|TemplateRenderError$/);
  });

  it("put default values in place, parsed by their type", async () => {
    const source = appText(
      "workflow",
      [
        start(),
        failing({ error_strategy: "default-value", default_value: [{ key: "output", type: "number", value: "5" }] }),
        template("next", "{{ v }}", { v: ["t", "output"] }),
        end("end", { v: ["next", "output"] }),
      ],
      ["start>t", "t>next", "next>end"],
    );
    expect(await runApp(source)).toMatchObject({ end: { status: "partial-succeeded" }, outputs: { v: "5.0" } });
  });

  it("are tried again as the step says, and the run then counts as partly successful", async () => {
    await using server = await startModelServer((_, number) =>
      number < 3 ? { error: { status: 500, message: "x" } } : { text: ["fine"] },
    );
    const retry_config = { retry_enabled: true, max_retries: 3, retry_interval: 1 };
    const source = appText(
      "workflow",
      [start(), llm("ask", "go", { retry_config }), end("end", { t: ["ask", "text"] })],
      ["start>ask", "ask>end"],
    );
    const run = await runApp(source, { modelUrl: server.url });
    expect(run.end).toEqual({ status: "partial-succeeded" });
    expect(run.outputs).toEqual({ t: "fine" });
    expect(kinds(run.events).filter((kind) => kind.includes("ask"))).toEqual([
      "started ask",
      "retried ask",
      "retried ask",
      "finished ask",
    ]);
    const ids = run.journal.flatMap((entry) => (entry.nodeId === "ask" ? [entry.stepId] : []));
    expect(new Set(ids).size).toBe(1);
  });

  it("are not tried again where the kind of step has no retry", async () => {
    const retry_config = { retry_enabled: true, max_retries: 3, retry_interval: 1 };
    const run = await runApp(appText("workflow", [start(), failing({ retry_config })], ["start>t"]));
    expect(run.path).toEqual(["start", "t"]);
  });
});

describe("the reply", () => {
  const slow = (text: string) => ({ text: words(text), pieceMs: 15 });

  it("streams a template's own text at once and variables as they come, before the step that made them has finished", async () => {
    await using server = await startModelServer(slow("one two"));
    const source = appText(
      "advanced-chat",
      [start(), llm("ask", "go"), { id: "a", type: "answer", answer: "Here: {{#ask.text#}} end." }],
      ["start>ask", "ask>a"],
    );
    const { events, answer, outputs } = await runApp(source, { modelUrl: server.url });
    expect(answer).toBe("Here: one two end.");
    expect(outputs["answer"]).toBe(answer);
    expect(kinds(events)).toEqual([
      "text Here: ",
      "started start",
      "finished start",
      "started ask",
      "text one ",
      "text two",
      "text  end.",
      "finished ask",
      "started a",
      "finished a",
    ]);
  });

  it("holds the second model's text back until the first's is complete", async () => {
    await using server = await startModelServer((request) =>
      JSON.stringify(request.body).includes("slow") ? { ...slow("s1 s2 s3"), delayMs: 60 } : slow("f1 f2"),
    );
    const source = appText(
      "advanced-chat",
      [start(), llm("a", "slow"), llm("b", "fast"), { id: "x", type: "answer", answer: "{{#a.text#}} / {{#b.text#}}" }],
      ["start>a", "start>b", "a>x", "b>x"],
    );
    const { answer, events } = await runApp(source, { modelUrl: server.url });
    expect(answer).toBe("s1 s2 s3 / f1 f2");
    expect(deltas(events).indexOf("s1 ")).toBeLessThan(deltas(events).indexOf("f1 "));
  });

  it("does not begin behind a fork until the fork has chosen", async () => {
    await using server = await startModelServer({ text: ["x"] });
    const source = appText(
      "advanced-chat",
      [
        start(),
        ifElse("if", ["sys", "query"], "contains", "hello"),
        { id: "yes", type: "answer", answer: "Hi" },
        { id: "no", type: "answer", answer: "What?" },
      ],
      ["start>if", "if:yes>yes", "if:false>no"],
    );
    const run = await runApp(source, { query: "hello there" });
    expect(run.answer).toBe("Hi");
    expect(kinds(run.events).slice(0, 4)).toEqual(["started start", "finished start", "started if", "text Hi"]);
    expect((await runApp(source, { query: "bye" })).answer).toBe("What?");
  });

  it("lets a second answer follow the first", async () => {
    await using server = await startModelServer(slow("late"));
    const source = appText(
      "advanced-chat",
      [
        start(),
        { id: "first", type: "answer", answer: "First. " },
        llm("ask", "go"),
        { id: "second", type: "answer", answer: "{{#ask.text#}}" },
      ],
      ["start>first", "first>ask", "ask>second"],
    );
    const run = await runApp(source, { modelUrl: server.url });
    expect(run.answer).toBe("First. late");
    expect(run.outputs["answer"]).toBe("First. late");
  });

  it("prints values that are there as markdown", async () => {
    const source = appText(
      "advanced-chat",
      [
        start([{ variable: "tags", type: "json_object" }]),
        { id: "a", type: "answer", answer: "{{#start.tags#}} {{#conversation.list#}} {{#sys.dialogue_count#}}" },
      ],
      ["start>a"],
      {
        conversation_variables: [{ id: "c", name: "list", value_type: "array[string]", value: ["x", "y"] }],
      },
    );
    const run = await runApp(source, { inputs: { tags: { a: 1 } }, dialogueCount: 2 });
    expect(run.answer).toBe('{\n  "a": 1\n} - x\n- y 2');
  });

  it("stops at a placeholder that nothing fills, while the output shows its path", async () => {
    const source = appText(
      "advanced-chat",
      [start(), { id: "a", type: "answer", answer: "Before {{#gone.x#}} after" }],
      ["start>a"],
    );
    const run = await runApp(source);
    expect(run.answer).toBe("Before ");
    expect(run.outputs["answer"]).toBe("Before gone.x after");
  });

  it("passes over what a skipped step would have said", async () => {
    const source = appText(
      "advanced-chat",
      [
        start(),
        ifElse("if", ["sys", "query"], "is", "a"),
        template("left", "L"),
        template("right", "R"),
        { id: "x", type: "answer", answer: "[{{#left.output#}}{{#right.output#}}]" },
      ],
      ["start>if", "if:yes>left", "if:false>right", "left>x", "right>x"],
    );
    expect((await runApp(source, { query: "b" })).answer).toBe("[R]");
  });

  it("of a workflow is its end step's variables, a line each", async () => {
    await using server = await startModelServer(slow("model text"));
    const source = appText(
      "workflow",
      [start(), llm("ask", "go"), template("t", "T"), end("end", { a: ["ask", "text"], b: ["t", "output"] })],
      ["start>ask", "ask>t", "t>end"],
    );
    const run = await runApp(source, { modelUrl: server.url });
    expect(run.answer).toBe("model text\nT");
    expect(run.events.find((event) => event.type === "text-delta")).toMatchObject({ selector: ["ask", "text"] });
  });

  it("streams nothing of a model that only feeds another step", async () => {
    await using server = await startModelServer(slow("hidden"));
    const source = appText(
      "advanced-chat",
      [
        start(),
        llm("ask", "go"),
        template("t", "{{ x|upper }}", { x: ["ask", "text"] }),
        { id: "a", type: "answer", answer: "{{#t.output#}}" },
      ],
      ["start>ask", "ask>t", "t>a"],
    );
    expect(deltas((await runApp(source, { modelUrl: server.url })).events)).toEqual(["HIDDEN"]);
  });
});

describe("a run taken up again", () => {
  it("does not repeat what its journal holds, and ends the same from every prefix", async () => {
    await using server = await startModelServer({ text: words("same answer") });
    const source = appText(
      "advanced-chat",
      [
        start(),
        ifElse("if", ["sys", "query"], "is", "hi"),
        template("t", "T"),
        llm("ask", "say"),
        { id: "a", type: "answer", answer: "{{#t.output#}}: {{#ask.text#}}" },
      ],
      ["start>if", "if:yes>t", "t>ask", "ask>a"],
    );
    const whole = await runApp(source, { modelUrl: server.url });
    for (let kept = 0; kept <= whole.journal.length; kept += 1) {
      const again = await runApp(source, { modelUrl: server.url, journal: whole.journal.slice(0, kept) });
      expect(again.path).toEqual(whole.path);
      expect([again.answer, again.outputs, again.end]).toEqual([whole.answer, whole.outputs, whole.end]);
    }
    const calls = server.requests.length;
    await runApp(source, { modelUrl: server.url, journal: whole.journal.slice(0, 4) });
    expect(server.requests.length).toBe(calls);
  });
});
