import { Float, type Succeeded, type Value, type ValueType } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { poolOf, runNode } from "../test-support/run-node.ts";
import { assignerNode, firstAssignerNode } from "./assigner.node.ts";

const file = { dify_model_identity: "__dify__file__", type: "image", filename: "a.png" } as Value;

const conversation: Record<string, [type: ValueType, value: Value]> = {
  topic: ["string", "tea"],
  count: ["number", 4],
  half: ["number", 0.5],
  agreed: ["boolean", true],
  profile: ["object", { name: "Ada" }],
  tags: ["array[string]", ["a", "b"]],
  scores: ["array[number]", [1]],
  people: ["array[object]", []],
  switches: ["array[boolean]", [true]],
  anything: ["array[any]", [1, "a"]],
  picture: ["file", file],
  pictures: ["array[file]", [file]],
};
const sources = {
  text: "coffee",
  number: 7,
  float: new Float(7),
  large: 9007199254740993n,
  yes: false,
  object: { name: "Grace" },
  texts: ["c", "d"],
  numbers: [2, new Float(3)],
  mixed: ["c", 1],
  nothing: null,
  file,
  files: [file],
};

function pool() {
  const variables = poolOf({ step1: sources });
  for (const [name, [type, value]] of Object.entries(conversation)) {
    variables.declare("conversation", name, type);
    variables.set("conversation", name, value);
  }
  return variables;
}

type Item = { operation: string; input_type?: string; value?: Value };
const data = (...items: [name: string, item: Item][]): Record<string, Value> => ({
  version: "2",
  items: items.map(([name, item]) => ({ variable_selector: ["conversation", name], ...item })),
});
const from = (name: string, operation: string): Item => ({ operation, input_type: "variable", value: ["step1", name] });
const constant = (operation: string, value: Value): Item => ({ operation, input_type: "constant", value });
const alone = (operation: string): Item => ({ operation, input_type: "variable" });

/** Values of the variables that the items wrote. */
async function written(...items: [name: string, item: Item][]): Promise<Record<string, unknown>> {
  const outcome = await runNode(assignerNode, { data: data(...items), variables: pool() });
  if (outcome.status !== "succeeded") throw new Error(JSON.stringify(outcome));
  return Object.fromEntries((outcome.writes ?? []).map(({ selector, value }) => [selector[1], value]));
}

async function refusal(...items: [name: string, item: Item][]): Promise<string> {
  const outcome = await runNode(assignerNode, { data: data(...items), variables: pool() });
  return outcome.status === "failed" ? outcome.error.message : "";
}

it.each<[name: string, item: Item, value: Value]>([
  ["topic", from("text", "over-write"), "coffee"],
  ["topic", constant("over-write", "milk"), "milk"],
  ["count", from("float", "over-write"), new Float(7)],
  ["agreed", from("yes", "over-write"), false],
  ["profile", from("object", "over-write"), { name: "Grace" }],
  ["tags", from("texts", "over-write"), ["c", "d"]],
  ["scores", from("numbers", "over-write"), [2, new Float(3)]],
  ["anything", from("texts", "over-write"), ["c", "d"]],
  ["topic", constant("set", "milk"), "milk"],
  ["count", constant("set", new Float(2)), new Float(2)],
  ["agreed", constant("set", false), false],
  ["profile", constant("set", { a: 1 }), { a: 1 }],
  ["profile", constant("set", '{"a": 1.0}'), { a: new Float(1) }],
  ["topic", alone("clear"), ""],
  ["count", alone("clear"), 0],
  ["agreed", alone("clear"), false],
  ["profile", alone("clear"), {}],
  ["tags", alone("clear"), []],
  ["tags", from("text", "append"), ["a", "b", "coffee"]],
  ["scores", from("number", "append"), [1, 7]],
  ["people", from("object", "append"), [{ name: "Grace" }]],
  ["switches", from("yes", "append"), [true, false]],
  ["anything", from("object", "append"), [1, "a", { name: "Grace" }]],
  ["tags", from("texts", "extend"), ["a", "b", "c", "d"]],
  ["scores", from("numbers", "extend"), [1, 2, new Float(3)]],
  ["pictures", from("files", "extend"), [file, file]],
  ["count", constant("+=", 2), 6],
  ["count", constant("+=", new Float(2)), new Float(6)],
  ["count", constant("-=", 5), -1],
  ["count", constant("/=", 2), new Float(2)],
  ["half", constant("*=", 4), new Float(2)],
  ["tags", alone("remove-first"), ["b"]],
  ["tags", alone("remove-last"), ["a"]],
  ["people", alone("remove-first"), []],
])("writes %s with %j", async (name, item, value) => {
  expect(await written([name, item])).toEqual({ [name]: value });
});

it("keeps integers beyond 2^53 exact", async () => {
  expect(await written(["count", from("large", "over-write")])).toEqual({ count: 9007199254740993n });
  expect(await written(["count", constant("*=", 9007199254740993n)])).toEqual({ count: 36028797018963972n });
});

it.each<[name: string, item: Item, sentence: RegExp]>([
  ["gone", from("text", "over-write"), /Variable conversation\.gone not found/],
  ["topic", from("gone", "over-write"), /Variable step1\.gone not found/],
  ["topic", from("number", "over-write"), /of type string, and the value is not/],
  ["count", constant("over-write", "4"), /of type number, and the value is not/],
  ["count", from("yes", "over-write"), /of type number/],
  ["tags", from("mixed", "over-write"), /of type array\[string\]/],
  ["tags", constant("over-write", ["a"]), /needs a variable/],
  ["picture", from("file", "over-write"), /not possible: it is of type file/],
  ["pictures", from("files", "over-write"), /not possible: it is of type array\[file\]/],
  ["topic", from("text", "set"), /needs a constant/],
  ["tags", constant("set", ["a"]), /not possible/],
  ["profile", constant("set", "[1]"), /no JSON object/],
  ["profile", constant("set", `${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}`), /no JSON object/],
  ["topic", constant("set", null), /of type string/],
  ["topic", constant("clear", null), /input type must be variable/],
  ["picture", alone("clear"), /cannot be cleared/],
  ["pictures", alone("clear"), /cannot be cleared/],
  ["topic", from("text", "append"), /needs a list/],
  ["tags", constant("append", "x"), /needs a variable/],
  ["tags", from("number", "append"), /the item does not fit in/],
  ["scores", from("yes", "append"), /the item does not fit in/],
  ["anything", from("texts", "append"), /the item does not fit in/],
  ["pictures", from("file", "append"), /not possible/],
  ["tags", from("mixed", "extend"), /the item does not fit in/],
  ["tags", from("text", "extend"), /needs a list/],
  ["tags", constant("extend", ["x"]), /needs a variable/],
  ["count", from("number", "+="), /needs a constant/],
  ["topic", constant("+=", "x"), /needs a number/],
  ["count", constant("+=", "1"), /needs a number/],
  ["count", constant("/=", 0), /cannot be divided by 0/],
  ["count", constant("/=", new Float(0)), /cannot be divided by 0/],
  ["count", constant("*=", new Float(1.7e308)), /too large/],
  ["topic", alone("remove-first"), /needs a list/],
  ["tags", constant("remove-last", null), /input type must be variable/],
])("refuses to write %s with %j in a sentence", async (name, item, sentence) => {
  expect(await refusal([name, item])).toMatch(sentence);
});

it("lets each item see the ones before it, and writes the last value of each variable once", async () => {
  const outcome = (await runNode(assignerNode, {
    data: data(
      ["count", constant("*=", 3)],
      ["count", constant("/=", 5)],
      ["topic", { operation: "over-write", input_type: "variable", value: ["conversation", "topic"] }],
      ["scores", { operation: "append", input_type: "variable", value: ["conversation", "count"] }],
    ),
    variables: pool(),
  })) as Succeeded;
  expect(outcome.writes).toEqual([
    { selector: ["conversation", "count"], value: 2.4 },
    { selector: ["conversation", "topic"], value: "tea" },
    { selector: ["conversation", "scores"], value: [1, 2.4] },
  ]);
});

it("writes nothing at all when one item fails, and never into the run's own variables", async () => {
  const variables = pool();
  const outcome = await runNode(assignerNode, {
    data: data(["topic", constant("set", "milk")], ["count", constant("/=", 0)]),
    variables,
  });
  expect(outcome).toMatchObject({ status: "failed" });
  expect(outcome).not.toHaveProperty("writes");
  await runNode(assignerNode, { data: data(["tags", from("text", "append")]), variables });
  expect([variables.get(["conversation", "topic"]), variables.get(["conversation", "tags"])]).toEqual([
    "tea",
    ["a", "b"],
  ]);
});

it("leaves a variable as it is when its source holds nothing", async () => {
  expect(await written(["topic", from("nothing", "over-write")])).toEqual({});
});

it("reads inside what it wrote before", async () => {
  const inner = { operation: "over-write", input_type: "variable", value: ["conversation", "profile", "name"] };
  expect(await written(["profile", constant("set", { name: "Lin" })], ["topic", inner])).toEqual({
    profile: { name: "Lin" },
    topic: "Lin",
  });
});

it("has no outputs, and records what it updated with types as clients know them", async () => {
  const items = data(["count", constant("/=", 2)], ["topic", constant("set", "milk")]);
  const outcome = await runNode(assignerNode, { data: items, variables: pool() });
  expect(outcome).toMatchObject({
    outputs: {},
    processData: {
      count: new Float(2),
      topic: "milk",
      __updated_variables: [
        { name: "count", selector: ["conversation", "count"], value_type: "number", new_value: new Float(2) },
        { name: "topic", selector: ["conversation", "topic"], value_type: "string", new_value: "milk" },
      ],
    },
  });
});

it("writes loop variables, whose types show in their values, and nothing that belongs to the run", async () => {
  const variables = poolOf({ loop1: { total: 1 }, sys: { query: "hi" }, env: { KEY: "x" } });
  const item = (nodeId: string, name: string, operation: string, value: Value) => ({
    items: [{ variable_selector: [nodeId, name], input_type: "constant", operation, value }],
  });
  expect(await runNode(assignerNode, { data: item("loop1", "total", "/=", 2), variables })).toMatchObject({
    writes: [{ selector: ["loop1", "total"], value: 0.5 }],
  });
  for (const [nodeId, name] of [
    ["sys", "query"],
    ["env", "KEY"],
  ] as const) {
    expect(await runNode(assignerNode, { data: item(nodeId, name, "set", "y"), variables })).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("can only be read") },
    });
  }
});

describe("the first version", () => {
  const first = (name: string, write_mode: string, input?: Value) =>
    runNode(firstAssignerNode, {
      data: {
        assigned_variable_selector: ["conversation", name],
        write_mode,
        ...(input === undefined ? {} : { input_variable_selector: input }),
      },
      variables: pool(),
    });

  it("over-writes, appends and clears one variable", async () => {
    expect(await first("topic", "over-write", ["step1", "text"])).toMatchObject({
      outputs: {},
      writes: [{ selector: ["conversation", "topic"], value: "coffee" }],
      processData: { topic: "coffee", __updated_variables: [{ name: "topic", value_type: "string" }] },
    });
    expect(await first("scores", "clear")).toMatchObject({ writes: [{ value: [] }] });
    expect(await first("tags", "append", ["step1", "text"])).toMatchObject({
      writes: [{ value: ["a", "b", "coffee"] }],
    });
  });

  it("appends an item of any type", async () => {
    expect(await first("tags", "append", ["step1", "number"])).toMatchObject({ writes: [{ value: ["a", "b", 7] }] });
  });

  it("refuses what is not there, what does not fit and what has no empty value", async () => {
    expect(await first("gone", "clear")).toMatchObject({ error: { message: "Variable conversation.gone not found." } });
    expect(await first("topic", "over-write", ["step1", "gone"])).toMatchObject({
      error: { message: "Variable step1.gone not found." },
    });
    expect(await first("topic", "over-write")).toMatchObject({
      error: { message: "The step names no variable as its input." },
    });
    expect(await first("topic", "over-write", ["step1", "number"])).toMatchObject({ status: "failed" });
    expect(await first("topic", "append", ["step1", "text"])).toMatchObject({ status: "failed" });
    expect(await first("picture", "clear")).toMatchObject({ status: "failed" });
  });
});
