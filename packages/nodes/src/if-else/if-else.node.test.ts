import type { Value } from "@diwan/workflow";
import { expect, it } from "vitest";
import { runNode } from "../test-support/run-node.ts";
import { ifElseNode } from "./if-else.node.ts";

const file = (filename: string, type: string) => ({ dify_model_identity: "__dify__file__", filename, type }) as Value;
const variables = {
  start: {
    text: "hello",
    amount: 5,
    agreed: true,
    nothing: null,
    wanted: "hello",
    list: [],
    file: file("a.png", "image"),
  },
  sys: { files: [file("a.png", "image"), file("b.pdf", "document")] },
};
const condition = (name: string, comparison_operator: string, value: Value, rest: object = {}) => ({
  variable_selector: ["start", name],
  comparison_operator,
  value,
  ...rest,
});
const one = (case_id: string, logical_operator: string, conditions: object[]) =>
  ({ case_id, logical_operator, conditions }) as Value;

it("takes the handle of the first case that is true", async () => {
  const data = {
    cases: [
      one("short", "and", [condition("text", "is", "hi")]),
      one("greeting", "and", [condition("text", "start with", "he"), condition("amount", ">", "4")]),
      one("also", "and", [condition("text", "is", "hello")]),
    ],
  };
  const outcome = await runNode(ifElseNode, { data, variables });
  expect(outcome).toMatchObject({
    status: "succeeded",
    branch: "greeting",
    outputs: { result: true, selected_case_id: "greeting" },
  });
});

it("takes the handle false when no case is true, and counts an empty case as true for and, false for or", async () => {
  const none = await runNode(ifElseNode, { data: { cases: [one("x", "or", [])] }, variables });
  expect(none).toMatchObject({ branch: "false", outputs: { result: false, selected_case_id: "false" } });
  const every = await runNode(ifElseNode, { data: { cases: [one("x", "and", [])] }, variables });
  expect(every).toMatchObject({ branch: "x", outputs: { result: true } });
});

it("fills placeholders of the expected text in", async () => {
  const data = { cases: [one("same", "and", [condition("text", "is", "{{#start.wanted#}}")])] };
  expect(await runNode(ifElseNode, { data, variables })).toMatchObject({ branch: "same" });
});

it("fails on a variable that is not there, unless an earlier condition already decided", async () => {
  const missing = condition("gone", "exists", "");
  const fails = await runNode(ifElseNode, { data: { cases: [one("x", "and", [missing])] }, variables });
  expect(fails).toMatchObject({ status: "failed", error: { message: 'Variable ["start","gone"] not found.' } });
  const decided = { cases: [one("x", "or", [condition("text", "is", "hello"), missing])] };
  expect(await runNode(ifElseNode, { data: decided, variables })).toMatchObject({ branch: "x" });
});

it("fails on a comparison that makes no sense, with a sentence", async () => {
  const data = { cases: [one("x", "and", [condition("amount", "is", "5")])] };
  expect(await runNode(ifElseNode, { data, variables })).toMatchObject({
    status: "failed",
    error: { type: "ValueError", message: expect.stringMatching(/^"is" compares .*\.$/) },
  });
});

it("tests files through conditions on their attributes, and refuses to test them without", async () => {
  const sub = { logical_operator: "and", conditions: [{ key: "type", comparison_operator: "in", value: ["image"] }] };
  const files = (rest: object) => ({
    cases: [
      one("x", "and", [{ variable_selector: ["sys", "files"], comparison_operator: "contains", value: "", ...rest }]),
    ],
  });
  expect(await runNode(ifElseNode, { data: files({ sub_variable_condition: sub }), variables })).toMatchObject({
    branch: "x",
  });
  expect(await runNode(ifElseNode, { data: files({}), variables })).toMatchObject({
    status: "failed",
    error: { message: expect.stringContaining("needs conditions on their attributes") },
  });
});

it("tests a single file through its attributes", async () => {
  const attribute = { variable_selector: ["start", "file", "name"], comparison_operator: "end with", value: ".png" };
  expect(await runNode(ifElseNode, { data: { cases: [one("x", "and", [attribute])] }, variables })).toMatchObject({
    branch: "x",
  });
});

it("reads the one case that old files hold at the top level", async () => {
  const data = { logical_operator: "and", conditions: [condition("text", "contains", "ell")] } as Record<string, Value>;
  expect(await runNode(ifElseNode, { data, variables })).toMatchObject({ branch: "true" });
});
