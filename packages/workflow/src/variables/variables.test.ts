import { expect, it } from "vitest";
import { Float, type Value } from "../values/index.ts";
import { fillTemplate, parseTextTemplate, selectorsOf } from "./text-template.ts";
import { VariablePool } from "./variable-pool.ts";

function pool(values: Record<string, Record<string, Value>>): VariablePool {
  const made = new VariablePool();
  for (const [node, outputs] of Object.entries(values)) made.setAll(node, outputs);
  return made;
}

it("tells a variable that is missing from one that is null", () => {
  const variables = pool({ n: { nothing: null } });
  expect(variables.get(["n", "nothing"])).toBeNull();
  expect(variables.get(["n", "gone"])).toBeUndefined();
  expect(variables.get(["n"])).toBeUndefined();
});

it("reads inside objects and files, and never inside lists and texts", () => {
  const file = { dify_model_identity: "__dify__file__", type: "image", filename: "a.png", size: 5 } as Value;
  const variables = pool({ n: { object: { a: { b: 1 } }, file, list: [1], text: "x" } });
  expect(variables.get(["n", "object", "a", "b"])).toBe(1);
  expect(variables.get(["n", "file", "name"])).toBe("a.png");
  expect(variables.get(["n", "file", "name", "ignored"])).toBe("a.png");
  expect(variables.get(["n", "file", "colour"])).toBeUndefined();
  expect(variables.get(["n", "list", "0"])).toBeUndefined();
  expect(variables.get(["n", "text", "length"])).toBeUndefined();
  expect(variables.get(["n", "object", "constructor"])).toBeUndefined();
});

it("finds placeholders that keep to the pattern, and leaves the rest as text", () => {
  const text = "{{#a.b#}} {{# a.b #}} {{#my-node.x#}} {{#a#}} {{#a.1b#}} {{#a.b.c#}}";
  expect(selectorsOf(parseTextTemplate(text))).toEqual([
    ["a", "b"],
    ["a", "b", "c"],
  ]);
  expect(selectorsOf(parseTextTemplate(`{{#a.${"x".repeat(31)}#}}`))).toEqual([]);
  expect(selectorsOf(parseTextTemplate(`{{#${"a".repeat(51)}.x#}}`))).toEqual([]);
});

it("prints the bare path of what is missing, and values in Python's spelling", () => {
  const variables = pool({ n: { yes: true, whole: 3, float: new Float(3), list: ["é"], empty: [] } });
  const fill = (text: string) => fillTemplate(parseTextTemplate(text), variables);
  expect(fill("{{#n.gone#}}!")).toBe("n.gone!");
  expect(fill("{{#n.yes#}} {{#n.whole#}} {{#n.float#}} {{#n.list#}}[{{#n.empty#}}]")).toBe('True 3 3.0 ["é"][]');
});

it("replaces a text that is itself the path of a value", () => {
  const variables = pool({ sys: { query: "hello" } });
  expect(fillTemplate(parseTextTemplate("sys.query"), variables)).toBe("hello");
  expect(fillTemplate(parseTextTemplate("see sys.query"), variables)).toBe("see sys.query");
});
