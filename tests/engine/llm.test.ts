import type { ModelScript } from "@diwan/testkit";
import { startModelServer, words } from "@diwan/testkit";
import { describe, expect, it } from "vitest";
import { appText, end, llm, start, text } from "../support/app-text.ts";
import { type RunOptions, runApp } from "../support/run-app.ts";

const variables = { environment_variables: [{ id: "e", name: "SHOP", value_type: "string", value: "Najm" }] };

/** One turn through a chat app of one model step; gives back the run and what the model was asked. */
async function turn(
  step: Record<string, unknown>,
  options: RunOptions = {},
  script: ModelScript = { text: words("fine then") },
) {
  await using server = await startModelServer(script);
  const app = appText(
    "advanced-chat",
    [
      start([text("name")]),
      llm("ask", "Hi {{#start.name#}}", step),
      { id: "a", type: "answer", answer: "{{#ask.text#}}" },
    ],
    ["start>ask", "ask>a"],
    variables,
  );
  const run = await runApp(app, { inputs: { name: "Ada" }, ...options, modelUrl: server.url });
  return { run, asked: server.requests.at(-1), requests: server.requests };
}

const messagesOf = (asked: { body: Record<string, unknown> } | undefined) => asked?.body["messages"];

describe("the prompt of a chat model", () => {
  it("fills variables in, drops empty messages, and adds no query without memory", async () => {
    const prompt_template = [
      { role: "system", text: "You work for {{#env.SHOP#}}." },
      { role: "user", text: "" },
      { role: "assistant", text: "Hello {{#start.name#}}" },
    ];
    const { asked, run } = await turn({ prompt_template });
    expect(messagesOf(asked)).toEqual([
      { role: "system", content: "You work for Najm." },
      { role: "assistant", content: "Hello Ada" },
    ]);
    expect(run.steps["ask"]?.inputs).toEqual({ "#env.SHOP#": "Najm", "#start.name#": "Ada" });
  });

  it("fails on a variable that is missing, before the model is asked", async () => {
    const { run, requests } = await turn({ prompt_template: [{ role: "user", text: "{{#gone.x#}}" }] });
    expect(run.steps["ask"]?.error).toMatchObject({
      type: "VariableNotFoundError",
      message: expect.stringContaining("gone.x"),
    });
    expect(run.status).toBe("failed");
    expect(requests).toHaveLength(0);
  });

  it("fails where nothing is left to ask", async () => {
    const { run } = await turn({ prompt_template: [{ role: "user", text: "" }] });
    expect(run.steps["ask"]?.error?.type).toBe("NoPromptFoundError");
  });

  it("renders Jinja2 with its own variables, where what is null prints None and lists are values", async () => {
    const prompt_template = [
      {
        role: "user",
        text: "",
        edition_type: "jinja2",
        jinja2_text: "{% for x in xs %}<{{ x }}>{% endfor %}{{ name|upper }}",
      },
    ];
    const jinja2_variables = [
      { variable: "xs", value_selector: ["conversation", "xs"] },
      { variable: "name", value_selector: ["start", "name"] },
    ];
    await using server = await startModelServer({ text: ["ok"] });
    const app = appText(
      "advanced-chat",
      [start([text("name")]), llm("ask", "", { prompt_template, prompt_config: { jinja2_variables } })],
      ["start>ask"],
      {
        conversation_variables: [{ id: "x", name: "xs", value_type: "array[number]", value: [1, 2.5] }],
      },
    );
    const run = await runApp(app, { inputs: { name: "Ada" }, modelUrl: server.url });
    expect(messagesOf(server.requests[0])).toEqual([{ role: "user", content: "<1><2.5>ADA" }]);
    expect(run.steps["ask"]?.inputs).toEqual({ xs: "1\n2.5", name: "Ada" });
  });

  it("puts history before the query, as much as the window allows", async () => {
    const history = [
      { query: "q1", answer: "a1" },
      { query: "q2", answer: "a2" },
    ];
    const memory = { window: { enabled: true, size: 3 }, query_prompt_template: "{{#sys.query#}}!" };
    const { asked } = await turn({ memory }, { history, query: "q3" });
    expect(messagesOf(asked)).toEqual([
      { role: "user", content: "Hi Ada" },
      { role: "assistant", content: "a1" },
      { role: "user", content: "q2" },
      { role: "assistant", content: "a2" },
      { role: "user", content: "q3!" },
    ]);
    const plain = await turn(
      { memory: { window: { enabled: false, size: 1 }, query_prompt_template: "" } },
      { query: "q3" },
    );
    expect(messagesOf(plain.asked)).toEqual([
      { role: "user", content: "Hi Ada" },
      { role: "user", content: "q3" },
    ]);
  });

  it("puts the context where the prompt says", async () => {
    const prompt_template = [{ role: "system", text: "Know this: {{#context#}}" }];
    const context = { enabled: true, variable_selector: ["start", "name"] };
    const { asked, run } = await turn({ prompt_template, context });
    expect(messagesOf(asked)).toEqual([{ role: "system", content: "Know this: Ada" }]);
    expect(run.steps["ask"]?.inputs["#context#"]).toBe("Ada");
  });
});

describe("the prompt of a completion model", () => {
  const model = { provider: "openai", name: "scripted", mode: "completion", completion_params: {} };

  it("has a newline in front where history would stand", async () => {
    const { asked } = await turn({ model, prompt_template: { text: "Say {{#start.name#}}" } });
    expect(asked?.path).toBe("/v1/completions");
    expect(asked?.body["prompt"]).toBe("\nSay Ada");
  });

  it("takes history and query at their marks, and leaves the braces of history", async () => {
    const memory = {
      role_prefix: { user: "U", assistant: "A" },
      window: { enabled: false },
      query_prompt_template: "",
    };
    const prompt_template = { text: "{{#histories#}}\nU: #sys.query#" };
    const { asked } = await turn(
      { model, memory, prompt_template },
      { history: [{ query: "q", answer: "a" }], query: "now" },
    );
    expect(asked?.body["prompt"]).toBe("{{U: q\nA: a}}\nU: now");
  });

  it("needs role prefixes for its memory", async () => {
    const { run } = await turn({ model, memory: { window: { enabled: false } }, prompt_template: { text: "x" } });
    expect(run.steps["ask"]?.error?.type).toBe("MemoryRolePrefixRequiredError");
  });
});

describe("parameters", () => {
  it("may hold variables, which become numbers and true or false where they spell one", async () => {
    const model = {
      provider: "openai",
      name: "m",
      mode: "chat",
      completion_params: { temperature: "{{#env.SHOP#}}", max_tokens: "{{#start.name#}}", stop: ["END"] },
    };
    const { asked } = await turn({ model }, { inputs: { name: "64" } });
    expect(asked?.body).toMatchObject({ temperature: "Najm", max_tokens: 64, stop: ["END"] });
  });
});

describe("the answer", () => {
  it("gives text, usage and the reason for its end", async () => {
    const { run } = await turn(
      {},
      {},
      { text: words("two words"), usage: { prompt: 3, completion: 2 }, finishReason: "length" },
    );
    expect(run.steps["ask"]?.outputs).toMatchObject({
      text: "two words",
      reasoning_content: "",
      finish_reason: "length",
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, total_price: "0", currency: "USD" },
    });
    expect(run.steps["ask"]?.metadata).toEqual({ total_tokens: 5, total_price: "0", currency: "USD" });
    expect(run.steps["ask"]?.streams).toEqual([{ name: "text" }]);
  });

  it("keeps reasoning in tags, or apart where the step says so", async () => {
    const script = { reasoning: ["because"], text: ["42"] };
    const tagged = await turn({}, {}, script);
    expect(tagged.run.steps["ask"]?.outputs).toMatchObject({
      text: "<think>\nbecause\n</think>42",
      reasoning_content: "",
    });
    const separated = await turn({ reasoning_format: "separated" }, {}, script);
    expect(separated.run.steps["ask"]?.outputs).toMatchObject({ text: "42", reasoning_content: "because" });
    expect(separated.run.answer).toBe("42");
    const reasoning = separated.run.events.filter((event) => event.type === "reasoning-delta");
    expect(reasoning.at(-1)).toMatchObject({ nodeId: "ask", final: true });
  });

  it("is held against the JSON schema of the step", async () => {
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const step = { structured_output: { schema }, structured_output_switch_on: true };
    const good = await turn(step, {}, { text: ['{"n": ', "5}"] });
    expect(good.asked?.body["response_format"]).toMatchObject({ type: "json_schema", json_schema: { schema } });
    expect(good.run.steps["ask"]?.outputs["structured_output"]).toEqual({ n: 5 });
    const bad = await turn(step, {}, { text: ['{"n": "x"}'] });
    expect(bad.run.steps["ask"]?.error?.message).toMatch(/stage=result, \/n must be integer/);
  });

  it("that breaks off fails the step with what was streamed, and the run", async () => {
    const { run } = await turn({}, {}, { text: words("one two three"), cutAfter: 2 });
    expect(run.status).toBe("failed");
    expect(run.answer).toBe("one two ");
    expect(run.steps["ask"]).toMatchObject({
      status: "failed",
      error: { type: "InvokeConnectionError", code: "model.unreachable" },
      streams: [{ name: "text", text: "one two " }],
    });
  });

  it("streams nothing into a workflow whose end names another value", async () => {
    await using server = await startModelServer({ text: ["hidden"] });
    const app = appText(
      "workflow",
      [start([text("name")]), llm("ask", "x"), end("end", { n: ["start", "name"] })],
      ["start>ask", "ask>end"],
    );
    expect((await runApp(app, { inputs: { name: "Ada" }, modelUrl: server.url })).answer).toBe("Ada");
  });
});
