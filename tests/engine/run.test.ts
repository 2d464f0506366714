import { startModelServer, words } from "@diwan/testkit";
import { Float } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { appText, end, llm, start, template, text } from "../support/app-text.ts";
import { runApp } from "../support/run-app.ts";

describe("a run", () => {
  it("passes values from step to step and ends with what the end step names", async () => {
    const { status, outputs, path } = await runApp(
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
    expect(status).toBe("succeeded");
    expect(outputs).toEqual({ greeting: "Hello Ada!", nothing: null });
    expect(path).toEqual(["start", "hello", "end"]);
  });

  it("succeeds with nothing where it has no end step", async () => {
    const { status, outputs } = await runApp(appText("workflow", [start()], []));
    expect([status, outputs]).toEqual(["succeeded", {}]);
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
    const { status, error, path } = await runApp(
      appText(
        "workflow",
        [start(), template("broken", "{{ 1/0 }}"), template("after", "x"), end("end", {})],
        ["start>broken", "broken>after", "after>end"],
      ),
    );
    expect([status, error?.nodeId]).toEqual(["failed", "broken"]);
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
    const { status, answer, path } = await runApp(source, {
      modelUrl: server.url,
      signal: abort.signal,
      onEvent: (event) => event.type === "text-delta" && event.text.includes("two") && abort.abort(),
    });
    expect(status).toBe("stopped");
    expect(answer).toBe("So: one two ");
    expect(path).toEqual(["start"]);
    await expect.poll(() => server.aborted()).toBe(1);
  });

  it("aborts after too many steps and after too much time, and says the limit", async () => {
    const chain = Array.from({ length: 6 }, (_, place) => template(`t${place}`, "x"));
    const edges = chain.map((_, place) => (place === 0 ? "start>t0" : `t${place - 1}>t${place}`));
    const steps = await runApp(appText("workflow", [start(), ...chain], edges), { limits: { maxSteps: 3 } });
    expect(steps).toMatchObject({
      status: "failed",
      error: { message: "Aborted: Maximum execution steps exceeded: 4 > 3" },
    });

    await using server = await startModelServer({ hang: true });
    const slow = await runApp(appText("workflow", [start(), llm("ask", "go")], ["start>ask"]), {
      modelUrl: server.url,
      limits: { softMs: 50 },
    });
    expect(slow).toMatchObject({
      status: "failed",
      error: { code: "run.time-limit", message: expect.stringMatching(/exceeded: 0\.0\ds > 0\.05s/) },
    });
  });
});
