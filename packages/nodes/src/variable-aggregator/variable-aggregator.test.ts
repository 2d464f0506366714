import { Float, type Value } from "@diwan/workflow";
import { expect, it } from "vitest";
import { nodeRegistry } from "../registry.ts";
import { runNode } from "../test-support/run-node.ts";
import { variableAggregatorNode } from "./variable-aggregator.node.ts";

const variables = { left: { output: "" }, right: { output: "b", nothing: null, total: new Float(3) } };
const run = (data: Record<string, Value>) => runNode(variableAggregatorNode, { data, variables });
const grouped = (...groups: Value[]) => ({ variables: [], advanced_settings: { group_enabled: true, groups } });

it("takes the first variable that is there, in the order of the list, empty or not", async () => {
  const selectors = [[], ["gone", "output"], ["left", "output"], ["right", "output"]];
  expect(await run({ variables: selectors })).toEqual({
    status: "succeeded",
    outputs: { output: "" },
    inputs: { "left.output": "" },
  });
});

it("counts a variable that holds nothing as being there", async () => {
  expect(
    await run({
      variables: [
        ["right", "nothing"],
        ["right", "output"],
      ],
    }),
  ).toMatchObject({
    outputs: { output: null },
  });
});

it("gives no output when nothing is there, and succeeds", async () => {
  expect(await run({ variables: [["gone", "output"]] })).toEqual({ status: "succeeded", outputs: {}, inputs: {} });
});

it("keeps a float a float", async () => {
  expect(await run({ variables: [["right", "total"]] })).toMatchObject({ outputs: { output: new Float(3) } });
});

it("chooses for each group by itself, and leaves out groups of which nothing is there", async () => {
  const data = grouped(
    {
      group_name: "Text",
      output_type: "string",
      variables: [
        ["gone", "output"],
        ["right", "output"],
      ],
    },
    {
      group_name: "Total",
      output_type: "number",
      variables: [
        ["right", "total"],
        ["left", "output"],
      ],
    },
    { group_name: "Missing", output_type: "string", variables: [["gone", "output"]] },
  );
  expect(await run(data)).toEqual({
    status: "succeeded",
    outputs: { Text: { output: "b" }, Total: { output: new Float(3) } },
    inputs: { "right.output": "b", "right.total": new Float(3) },
  });
});

it("ignores groups that are switched off", async () => {
  const data = {
    variables: [["right", "output"]],
    advanced_settings: { group_enabled: false, groups: [{ group_name: "Text", variables: [["left", "output"]] }] },
  };
  expect(await run(data)).toMatchObject({ outputs: { output: "b" } });
});

it("also answers to its first name", () => {
  expect(nodeRegistry.find("variable-assigner", "1")).toMatchObject({ type: "variable-assigner" });
});
