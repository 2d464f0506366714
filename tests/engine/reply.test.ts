import { startModelServer, words } from "@diwan/testkit";
import { describe, expect, it } from "vitest";
import { appText, end, ifElse, llm, start, template } from "../support/app-text.ts";
import { deltas, kinds } from "../support/events.ts";
import { runApp } from "../support/run-app.ts";

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
