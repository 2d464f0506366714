import { ModelErrors } from "@diwan/models";
import { Float, type Succeeded, type Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { runNode } from "../test-support/run-node.ts";
import { type ScriptedAnswer, scriptedModels, scriptedUsage } from "../test-support/scripted-models.ts";
import { parameterExtractorNode } from "./parameter-extractor.node.ts";

const parameter = (name: string, type: string, rest: object = {}) =>
  ({ name, type, description: `The ${name}`, required: true, ...rest }) as Value;

const model = { provider: "openai", name: "small", mode: "chat", completion_params: {} };
const variables = { sys: { query: "Two large coffees for Ada" }, start: { place: "Riyadh" } };

async function run(parameters: Value[], answers: ScriptedAnswer[], rest: Record<string, Value> = {}) {
  const { ports, requests } = scriptedModels(answers, [{ query: "Hi", answer: "Hello!" }]);
  const data = { query: ["sys", "query"], model, parameters, instruction: "In {{#start.place#}}.", ...rest };
  return { outcome: await runNode(parameterExtractorNode, { data, variables, ports }), requests };
}

async function outputsOf(parameters: Value[], answer: ScriptedAnswer): Promise<Record<string, Value>> {
  const { outcome } = await run(parameters, [answer]);
  return (outcome as Succeeded).outputs;
}

const calls = (result: object) => ({ calls: [{ name: "extract_parameters", arguments: JSON.stringify(result) }] });

it("gives what the model called the tool with", async () => {
  const parameters = [parameter("amount", "number"), parameter("name", "string")];
  const { outcome, requests } = await run(parameters, [calls({ amount: 2, name: "Ada" })]);
  expect(outcome).toMatchObject({
    status: "succeeded",
    outputs: { __is_success: 1, __reason: null, __usage: scriptedUsage, amount: 2, name: "Ada" },
    usage: scriptedUsage,
  });
  expect(requests[0]).toMatchObject({
    tools: [
      {
        name: "extract_parameters",
        parameters: {
          type: "object",
          properties: { amount: { type: "number", description: "The amount" }, name: { type: "string" } },
          required: ["amount", "name"],
        },
      },
    ],
  });
  expect(requests[0]!.messages.at(-1)).toEqual({ role: "user", content: "Two large coffees for Ada" });
  expect(requests[0]!.messages[0]!.content).toContain("Instructions:\nIn Riyadh.");
});

it("takes the first JSON object of the text where the model calls nothing", async () => {
  const text = 'I found [1] and this: {"amount": 2.0} in it.';
  expect(await outputsOf([parameter("amount", "number")], text)).toMatchObject({
    __is_success: 1,
    amount: new Float(2),
  });
});

it("asks a model that refuses tools again, for an answer in words", async () => {
  const refusal = ModelErrors["request-refused"]({ provider: "OpenAI", model: "small", reason: "no tools" });
  const { outcome, requests } = await run([parameter("amount", "number")], [refusal, '{"amount": 2}']);
  expect(outcome).toMatchObject({ status: "succeeded", outputs: { __is_success: 1, amount: 2 } });
  expect(requests.map(({ tools }) => tools?.length ?? 0)).toEqual([1, 0]);
});

it("fails when the model cannot be asked", async () => {
  const busy = ModelErrors["rate-limited"]({ provider: "OpenAI", model: "small" });
  const { outcome, requests } = await run([parameter("amount", "number")], [busy]);
  expect(outcome).toMatchObject({ status: "failed", error: { type: "InvokeRateLimitError" } });
  expect(requests).toHaveLength(1);
});

describe("in prompt mode the model is asked", () => {
  it("without tools, with worked examples and the schema", async () => {
    const { requests } = await run([parameter("amount", "number")], ['{"amount": 2}'], { reasoning_mode: "prompt" });
    const { messages, tools } = requests[0]!;
    expect(tools).toBeUndefined();
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user", "assistant", "user"]);
    expect(JSON.parse(messages.at(-1)!.content as string)).toMatchObject({
      text: "Two large coffees for Ada",
      schema: { properties: { amount: { type: "number" } } },
      instructions: "In Riyadh.",
    });
  });

  it("in one text where it completes texts, whatever the mode", async () => {
    const completion = { ...model, mode: "completion" };
    const { requests } = await run([parameter("amount", "number")], ['{"amount": 2}'], { model: completion });
    expect(requests[0]!.tools).toBeUndefined();
    expect(requests[0]!.messages).toHaveLength(1);
  });
});

it("tells the model earlier turns when the step has memory", async () => {
  const memory = { window: { enabled: false, size: 10 } };
  const { requests } = await run([parameter("amount", "number")], [calls({ amount: 2 })], { memory });
  expect(requests[0]!.messages.map(({ content }) => content)).toContain("Hello!");
  const spoken = await run([parameter("amount", "number")], ["{}"], { memory, reasoning_mode: "prompt" });
  expect(spoken.requests[0]!.messages[0]!.content).toContain("Human: Hi\nAssistant: Hello!");
});

it.each<[type: string, given: Value, reason: RegExp | null, value: Value]>([
  ["string", "tea", null, "tea"],
  ["string", 5, /not of type string/, ""],
  ["number", new Float(2), null, new Float(2)],
  ["number", "12", /not of type number/, 12],
  ["number", " 1.50", /not of type number/, 1.5],
  ["number", "many", /not of type number/, 0],
  ["number", true, /not of type number/, 0],
  ["boolean", true, null, true],
  ["boolean", 1, /not of type boolean/, true],
  ["boolean", 0, /not of type boolean/, false],
  ["boolean", "yes", /not of type boolean/, false],
  ["bool", false, null, false],
  ["array[string]", ["a", "b"], null, ["a", "b"]],
  ["array[string]", ["a", 1], /not of type array\[string\]/, ["a"]],
  ["array[string]", "a", /not of type array\[string\]/, []],
  ["array[number]", [1, "2", "x"], /not of type/, [1, 2]],
  ["array[object]", [{ a: 1 }, "b"], /not of type/, [{ a: 1 }]],
  ["array[boolean]", [true, 1, "x"], /not of type/, [true, true]],
  ["number", null, /not of type number/, 0],
])("reads a value of type %s out of %j, or leaves it empty", async (type, given, reason, value) => {
  const outputs = await outputsOf([parameter("found", type)], JSON.stringify({ found: given }));
  expect(outputs["found"]).toEqual(value);
  expect(outputs["__is_success"]).toBe(reason === null ? 1 : 0);
  if (reason === null) expect(outputs["__reason"]).toBeNull();
  else expect(outputs["__reason"]).toMatch(reason);
});

it("holds a choice against its options, and keeps what was chosen", async () => {
  const size = parameter("size", "select", { options: ["small", "large"] });
  expect(await outputsOf([size], calls({ size: "large" }))).toMatchObject({ __is_success: 1, size: "large" });
  expect(await outputsOf([size], calls({ size: "huge" }))).toMatchObject({
    __is_success: 0,
    __reason: 'The value of "size" is none of its options.',
    size: "huge",
  });
});

it("misses an optional parameter that the model left out, and uses the others all the same", async () => {
  const parameters = [parameter("name", "string"), parameter("note", "string", { required: false })];
  expect(await outputsOf(parameters, calls({ name: "Ada" }))).toMatchObject({
    __is_success: 0,
    __reason: "The result has 1 parameters instead of 2.",
    name: "Ada",
    note: "",
  });
  expect(await outputsOf(parameters, calls({ note: "", other: 1 }))).toMatchObject({
    __is_success: 0,
    __reason: 'The result lacks the parameter "name".',
  });
});

it("succeeds with empty values when the answer holds no object", async () => {
  const empty = { __is_success: 0, __reason: "The model's answer holds no JSON object.", amount: 0 };
  expect(await outputsOf([parameter("amount", "number")], "I found nothing.")).toMatchObject(empty);
  const broken = { calls: [{ name: "extract_parameters", arguments: '{"amount": ' }] };
  expect(await outputsOf([parameter("amount", "number")], broken)).toMatchObject(empty);
  const deep = `{"amount": ${"[".repeat(5_000)}1.0${"]".repeat(5_000)}}`;
  expect(await outputsOf([parameter("amount", "number")], deep)).toMatchObject(empty);
});

it.each([
  { name: "__reason", type: "string" },
  { name: "a", type: "file" },
  { name: "", type: "string" },
])("refuses %j as a parameter", (wrong) => {
  const read = parameterExtractorNode.settings.safeParse({ query: [], model, parameters: [wrong] });
  expect(read.success).toBe(false);
});

it("reads null and an empty text as the mode that files mean by it", () => {
  for (const reasoning_mode of [null, ""]) {
    const read = parameterExtractorNode.settings.parse({ query: [], model, parameters: [], reasoning_mode });
    expect(read).toMatchObject({ reasoning_mode: "function_call" });
  }
});
