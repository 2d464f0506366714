import { Float, parseJson, type Value } from "@diwan/workflow";
import { expect, it } from "vitest";
import { compileJsonSchema } from "./json-schema.ts";

it("says what is wrong with a value, and nothing of one that fits", () => {
  const check = compileJsonSchema({ type: "object", properties: { age: { type: "integer" } }, required: ["age"] });
  expect(check({ age: 5 })).toBeUndefined();
  expect(check({ age: new Float(5) })).toBeUndefined();
  expect(check({ age: "5" })).toBe("/age must be integer");
  expect(check({})).toBe("the value must have required property 'age'");
});

it("reads schemas of Draft 7, as objects or as JSON text, and twice under one $id", () => {
  const schema = { $schema: "http://json-schema.org/draft-07/schema#", $id: "https://a.example/s", minProperties: 1 };
  for (const given of [schema, JSON.stringify(schema)] as Value[]) {
    expect(compileJsonSchema(given)({ a: 1 })).toBeUndefined();
    expect(compileJsonSchema(given)({})).toMatch(/must NOT have fewer than 1/);
  }
});

it.each<[Value]>([["[]"], ["{"], [[1]], [{ type: "no-such-type" }], [{ properties: 5 }], [{ pattern: "(" }]])(
  "refuses %j as a schema",
  (schema) => {
    expect(() => compileJsonSchema(schema)).toThrow();
  },
);

it("keeps the patterns of one schema apart", () => {
  const check = compileJsonSchema({ properties: { code: { pattern: "^[A-Z]+$" }, year: { pattern: "^\\d{4}$" } } });
  expect(check({ code: "AB", year: "2026" })).toBeUndefined();
  expect(check({ code: "AB", year: "AB" })).toMatch(/\/year must match pattern/);
});

it("breaks a pattern off that would take for ever, and names it", () => {
  const check = compileJsonSchema({ properties: { text: { type: "string", pattern: "^(a+)+$" } } });
  const startedAt = performance.now();
  expect(check({ text: `${"a".repeat(50)}!` })).toMatch(/takes too long to compare with the pattern \^\(a\+\)\+\$/);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(check({ text: "aaa" })).toBeUndefined();
  expect(check({ text: "b" })).toMatch(/must match pattern/);
});

it("breaks off a simple pattern on a text that is too long for it", () => {
  const check = compileJsonSchema({ properties: { text: { pattern: "a*a*b" } } });
  expect(check({ text: "a".repeat(200_000) })).toMatch(/takes too long/);
});

it("checks values as deep as any can be", () => {
  const check = compileJsonSchema({
    $ref: "#/definitions/list",
    definitions: { list: { items: { $ref: "#/definitions/list" } } },
  });
  expect(check(parseJson(`${"[".repeat(500)}${"]".repeat(500)}`))).toBeUndefined();
});
