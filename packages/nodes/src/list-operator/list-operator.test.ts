import { Float, type Succeeded, type Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { poolOf, runNode } from "../test-support/run-node.ts";
import { listOperatorNode } from "./list-operator.node.ts";

const file = (filename: string, rest: object = {}) =>
  ({
    dify_model_identity: "__dify__file__",
    type: "document",
    transfer_method: "local_file",
    filename,
    extension: filename.slice(filename.lastIndexOf(".")),
    ...rest,
  }) as Value;

const files = [
  file("notes.txt", { size: 300, mime_type: "text/plain", related_id: "f-1" }),
  file("cover.png", { type: "image", size: 9_000, mime_type: "image/png" }),
  file("plan.pdf", {
    size: 4_000,
    mime_type: "application/pdf",
    transfer_method: "remote_url",
    remote_url: "https://files.example/plan.pdf",
  }),
];

const outcomeOf = (list: Value, settings: object, others: Record<string, Value> = {}) =>
  runNode(listOperatorNode, {
    data: { variable: ["start", "list"], ...settings },
    variables: { start: { list, ...others } },
  });

async function resultOf(list: Value, settings: object, others: Record<string, Value> = {}): Promise<Value> {
  const outcome = await outcomeOf(list, settings, others);
  if (outcome.status !== "succeeded") throw new Error(JSON.stringify(outcome));
  return outcome.outputs["result"]!;
}

const where = (comparison_operator: string, value: Value, key = "") => ({
  filter_by: { enabled: true, conditions: [{ key, comparison_operator, value }] },
});

const fruits = ["apple", "banana", "", "cherry"];

describe("a filter on texts", () => {
  it.each<[operator: string, value: Value, kept: string[]]>([
    ["contains", "an", ["banana"]],
    ["contains", ["an"], ["banana"]],
    ["not contains", "an", ["apple", "", "cherry"]],
    ["start with", "ch", ["cherry"]],
    ["end with", "e", ["apple"]],
    ["is", "apple", ["apple"]],
    ["is not", "apple", ["banana", "", "cherry"]],
    ["empty", "ignored", [""]],
    ["not empty", "ignored", ["apple", "banana", "cherry"]],
    ["in", "a banana and a cherry", ["banana", "", "cherry"]],
    ["not in", "a banana and a cherry", ["apple"]],
    ["in", ["apple", "pear"], ["apple"]],
    ["not in", ["apple", ""], ["banana", "cherry"]],
  ])("keeps what %s %j", async (operator, value, kept) => {
    expect(await resultOf(fruits, where(operator, value))).toEqual(kept);
  });

  it("fills placeholders of its value in, and leaves unknown ones as their path", async () => {
    expect(await resultOf(fruits, where("is", "{{#start.wanted#}}"), { wanted: "cherry" })).toEqual(["cherry"]);
    expect(await resultOf(["start.gone"], where("is", "{{#start.gone#}}"))).toEqual(["start.gone"]);
    expect(await resultOf(fruits, where("in", ["{{#start.wanted#}}"]), { wanted: "cherry" })).toEqual(["cherry"]);
  });

  it("joins several conditions with and", async () => {
    const conditions = [
      { key: "", comparison_operator: "contains", value: "a" },
      { key: "", comparison_operator: "not contains", value: "b" },
    ];
    expect(await resultOf(fruits, { filter_by: { enabled: true, conditions } })).toEqual(["apple"]);
  });
});

describe("a filter on numbers", () => {
  it.each<[operator: string, value: Value, kept: Value[]]>([
    ["=", "2", [new Float(2)]],
    ["≠", "2", [1, 3.5]],
    ["<", "2.0", [1]],
    ["≤", "2", [1, new Float(2)]],
    [">", " 2 ", [3.5]],
    ["≥", "{{#start.least#}}", [new Float(2), 3.5]],
  ])("keeps what is %s %j", async (operator, value, kept) => {
    expect(await resultOf([1, new Float(2), 3.5], where(operator, value), { least: 2 })).toEqual(kept);
  });
});

it("filters true and false by is and is not, written as such or as text", async () => {
  expect(await resultOf([true, false, true], where("is", true))).toEqual([true, true]);
  expect(await resultOf([true, false, true], where("is not", "true"))).toEqual([false]);
});

describe("a filter on files", () => {
  const names = async (settings: object) =>
    ((await resultOf(files, settings)) as { filename: string }[]).map(({ filename }) => filename);

  it.each<[key: string, operator: string, value: Value, kept: string[]]>([
    ["name", "start with", "p", ["plan.pdf"]],
    ["extension", "in", ".pdf,.txt", ["notes.txt", "plan.pdf"]],
    ["mime_type", "contains", "image", ["cover.png"]],
    ["url", "is", "https://files.example/plan.pdf", ["plan.pdf"]],
    ["url", "empty", "", ["notes.txt", "cover.png"]],
    ["related_id", "not empty", "", ["notes.txt"]],
    ["type", "in", ["image"], ["cover.png"]],
    ["type", "not in", ["image"], ["notes.txt", "plan.pdf"]],
    ["transfer_method", "in", ["remote_url"], ["plan.pdf"]],
    ["size", "≥", "4000", ["cover.png", "plan.pdf"]],
  ])("by %s %s %j keeps %j", async (key, operator, value, kept) => {
    expect(await names(where(operator, value, key))).toEqual(kept);
  });

  it.each<[key: string, kept: string[]]>([
    ["name", ["cover.png", "notes.txt", "plan.pdf"]],
    ["size", ["notes.txt", "plan.pdf", "cover.png"]],
    ["type", ["notes.txt", "plan.pdf", "cover.png"]],
    ["extension", ["plan.pdf", "cover.png", "notes.txt"]],
  ])("is one thing, an order by %s another", async (key, kept) => {
    expect(await names({ order_by: { enabled: true, key, value: "asc" } })).toEqual(kept);
  });
});

describe("an order", () => {
  const by = (value: string) => ({ order_by: { enabled: true, key: "", value } });

  it("goes up or down by code points, by size, or from false to true", async () => {
    expect(await resultOf(["b", "😀", "ﬁ", "B", "ba"], by("asc"))).toEqual(["B", "b", "ba", "ﬁ", "😀"]);
    expect(await resultOf([2, 10, 9007199254740993n, 1.5], by("desc"))).toEqual([9007199254740993n, 10, 2, 1.5]);
    expect(await resultOf([true, false], by("asc"))).toEqual([false, true]);
  });

  it("leaves equal items in their places, downwards too", async () => {
    const same = [file("a.txt", { size: 1 }), file("b.txt", { size: 1 }), file("c.txt", { size: 2 })];
    const result = await resultOf(same, { order_by: { enabled: true, key: "size", value: "desc" } });
    expect((result as { filename: string }[]).map(({ filename }) => filename)).toEqual(["c.txt", "a.txt", "b.txt"]);
  });
});

it("takes one item out, counted from 1, before it orders and cuts", async () => {
  const all = {
    extract_by: { enabled: true, serial: "{{#start.which#}}" },
    order_by: { enabled: true, key: "", value: "asc" },
    limit: { enabled: true, size: 5 },
  };
  expect(await resultOf(["c", "a", "b"], all, { which: 1 })).toEqual(["c"]);
});

it("cuts after the given number, and off the end for a negative one", async () => {
  expect(await resultOf([1, 2, 3], { limit: { enabled: true, size: 2 } })).toEqual([1, 2]);
  expect(await resultOf([1, 2, 3], { limit: { enabled: true, size: -1 } })).toEqual([1, 2]);
  expect(await resultOf([1, 2, 3], { limit: { enabled: true } })).toEqual([1, 2]);
  expect(await resultOf([1, 2, 3], { limit: { enabled: false, size: 1 } })).toEqual([1, 2, 3]);
});

it("names the first and the last of the result, null where there is none", async () => {
  const full = (await outcomeOf([3, 1], {})) as Succeeded;
  expect(full.outputs).toEqual({ result: [3, 1], first_record: 3, last_record: 1 });
  for (const empty of [null, [], ""]) {
    const outcome = (await outcomeOf(empty, { extract_by: { enabled: true, serial: "1" } })) as Succeeded;
    expect(outcome.outputs).toEqual({ result: [], first_record: null, last_record: null });
  }
});

it("takes the empty fields that files hold for what is switched off", async () => {
  const off = {
    filter_by: { enabled: false, conditions: [{ key: "", comparison_operator: "", value: "" }] },
    order_by: { enabled: false, key: "", value: "" },
    limit: { enabled: false, size: "" },
  };
  expect(await resultOf([2, 1], off)).toEqual([2, 1]);
});

it("never changes the list it works on", async () => {
  const list = [3, 1, 2];
  await resultOf(list, { order_by: { enabled: true, value: "asc" } });
  expect(list).toEqual([3, 1, 2]);
});

it.each<[list: Value, settings: object, sentence: RegExp]>([
  [["a", 1], {}, /only one kind/],
  [[{ a: 1 }], {}, /only one kind/],
  ["text", {}, /must hold/],
  [["a"], where("=", "a"), /"=" does not compare text/],
  [["a"], where("not start with", "a"), /does not compare text/],
  [["a"], where("contains", ["a", "b"]), /is not text/],
  [[1], where("=", "many"), /"many" is not a number/],
  [[1], where("contains", "1"), /does not compare numbers/],
  [[true], where("is", "yes"), /neither true nor false/],
  [[true], where("=", true), /does not compare true and false/],
  [files, where("is", "x", "colour"), /no attribute "colour"/],
  [files, where("is", "image", "type"), /does not compare the type of files/],
  [files, where("in", "image", "type"), /needs a list of values/],
  [files, { order_by: { enabled: true, key: "colour", value: "asc" } }, /no attribute "colour"/],
  [["a"], { extract_by: { enabled: true, serial: "0" } }, /no item 0 in a list of 1/],
  [["a"], { extract_by: { enabled: true, serial: "2" } }, /no item 2 in a list of 1/],
  [["a"], { extract_by: { enabled: true, serial: "last" } }, /must be a whole number/],
])("refuses %j with %j in a sentence", async (list, settings, sentence) => {
  const outcome = await outcomeOf(list, settings);
  expect(outcome).toMatchObject({ status: "failed", error: { message: expect.stringMatching(sentence) } });
  expect((outcome as { error: { message: string } }).error.message).toMatch(/\.$/);
});

it("fails on a variable that is not there", async () => {
  const outcome = await runNode(listOperatorNode, { data: { variable: ["start", "gone"] } });
  expect(outcome).toMatchObject({ status: "failed", error: { message: "Variable start.gone not found." } });
});

it("works through a million items in seconds", async () => {
  const list = Array.from({ length: 1_000_000 }, (_, place) => (place * 7_919) % 1_000_003);
  const everything = {
    ...where(">", "10"),
    order_by: { enabled: true, value: "desc" },
    limit: { enabled: true, size: 3 },
  };
  const startedAt = performance.now();
  const variables = poolOf({ start: { list } });
  const data = { variable: ["start", "list"], ...everything };
  const outcome = (await runNode(listOperatorNode, { data, variables })) as Succeeded;
  expect(outcome.outputs["result"]).toHaveLength(3);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
