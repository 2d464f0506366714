import type { Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { poolOf, runNode } from "../test-support/run-node.ts";
import { startNode } from "./start.node.ts";

const field = (variable: string, type: string, rest: object = {}) => ({ variable, label: variable, type, ...rest });
const run = (variables: object[], inputs: Record<string, Value>) =>
  runNode(startNode, { data: { variables: variables as Value[] }, variables: { step: inputs } });

it("gives every kind of input under its name", async () => {
  const fields = [
    field("short", "text-input"),
    field("long", "paragraph"),
    field("choice", "select", { options: ["a"] }),
    field("amount", "number"),
    field("agreed", "checkbox"),
    field("place", "json_object"),
    field("weather", "external_data_tool"),
    field("left_out", "text-input"),
  ];
  const inputs = { short: "a", long: "b", choice: "a", amount: 1, agreed: true, place: { a: 1 }, weather: "sunny" };
  expect(await run(fields, inputs)).toMatchObject({
    status: "succeeded",
    inputs: { ...inputs, left_out: null },
    outputs: { ...inputs, left_out: null },
  });
});

it("adds a snapshot of everything else under names with a dot, without what is secret", async () => {
  const variables = poolOf({ step: { name: "Ada" }, sys: { query: "hi" }, conversation: { topic: "tea" } });
  variables.set("env", "PLACE", "here");
  variables.setSecret("env", "KEY", "sk-1");
  const outcome = await runNode(startNode, { data: { variables: [field("name", "text-input")] }, variables });
  expect(outcome).toEqual({
    status: "succeeded",
    outputs: { name: "Ada", "sys.query": "hi", "conversation.topic": "tea", "env.PLACE": "here" },
    inputs: { name: "Ada" },
  });
});

describe("an object input", () => {
  const schema = { type: "object", required: ["street"], properties: { street: { type: "string" } } };

  it("is held against its schema, given as an object, as text or not at all", async () => {
    for (const json_schema of [schema, JSON.stringify(schema)]) {
      const fields = [field("place", "json_object", { json_schema })];
      expect(await run(fields, { place: { street: "Main" } })).toMatchObject({ status: "succeeded" });
      expect(await run(fields, { place: { number: 4 } })).toMatchObject({
        status: "failed",
        error: { message: expect.stringContaining("place does not fit its JSON schema") },
      });
    }
    for (const json_schema of [null, ""])
      expect(await run([field("place", "json_object", { json_schema })], { place: { number: 4 } })).toMatchObject({
        status: "succeeded",
      });
  });

  it("that is empty counts as not filled in, whatever the schema demands", async () => {
    for (const required of [false, true])
      expect(
        await run([field("place", "json_object", { json_schema: schema, required })], { place: {} }),
      ).toMatchObject({
        status: "succeeded",
        outputs: { place: {} },
      });
  });

  it("must be an object, and there where it is required", async () => {
    expect(await run([field("place", "json_object")], { place: '{"a":1}' })).toMatchObject({ status: "failed" });
    expect(await run([field("place", "json_object")], {})).toMatchObject({ outputs: { place: null } });
    expect(await run([field("place", "json_object", { required: true })], {})).toMatchObject({
      status: "failed",
      error: { message: "place is required in input form" },
    });
  });

  it.each(["{", "[]", { type: "no-such-type" }])("makes the step invalid with the schema %j", (json_schema) => {
    const data = { variables: [field("place", "json_object", { json_schema })] };
    const read = startNode.settings.safeParse(data);
    expect(read.success).toBe(false);
    expect(read.error?.issues[0]?.message).toMatch(/^the JSON schema of "place" is not usable: /);
  });
});
