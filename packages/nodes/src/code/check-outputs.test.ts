import { Float, parseJson, type Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { checkOutputs } from "./check-outputs.ts";
import { CodeProblem } from "./code-problem.ts";
import { type CodeLimits, defaultCodeLimits } from "./limits.ts";
import { CodeSettings, type OutputSchema } from "./settings.ts";

/** Outputs as an app file holds them. */
function schemaOf(outputs: Value): OutputSchema {
  const data = { code_language: "python3", code: "", outputs };
  return CodeSettings.parse(data).outputs;
}

function check(result: string, outputs: Value, limits: Partial<CodeLimits> = {}): Value {
  const value = parseJson(result) as Record<string, Value>;
  return checkOutputs(value, schemaOf(outputs), { ...defaultCodeLimits, ...limits });
}

function problemOf(result: string, outputs: Value, limits: Partial<CodeLimits> = {}): string {
  try {
    check(result, outputs, limits);
  } catch (error) {
    if (error instanceof CodeProblem) return `${error.stepError.type}: ${error.message}`;
    throw error;
  }
  return "no problem";
}

const one = (type: string, children: Value = null): Value => ({ a: { type, children } });

describe("a result", () => {
  it("has every output that is declared, at every level", () => {
    expect(problemOf('{"b": 1}', one("number"))).toBe("OutputValidationError: Output a is missing.");
    const nested = one("object", { b: { type: "object", children: { c: { type: "string", children: null } } } });
    expect(problemOf('{"a": {"b": {}}}', nested)).toBe("OutputValidationError: Output a.b.c is missing.");
    const list = one("array[object]", { b: { type: "string", children: null } });
    expect(problemOf('{"a": [{"b": "x"}, {}]}', list)).toBe("OutputValidationError: Output a[1].b is missing.");
  });

  it("has no other, at any level", () => {
    const sentence = "OutputValidationError: Not all output parameters are validated.";
    expect(problemOf('{"a": 1, "b": 2}', one("number"))).toBe(sentence);
    expect(problemOf('{"a": 1}', {})).toBe(sentence);
    expect(problemOf('{"a": {"b": 1, "c": 2}}', one("object", { b: { type: "number", children: null } }))).toBe(
      sentence,
    );
    expect(check('{"a": 1, "b": ["x"]}', null)).toEqual({ a: 1, b: ["x"] });
  });

  it.each([
    "string",
    "number",
    "object",
    "boolean",
    "array[string]",
    "array[number]",
    "array[object]",
    "array[boolean]",
  ])("may be null where %s is declared", (type) => {
    expect(check('{"a": null}', one(type))).toEqual({ a: null });
  });

  it("may hold null in lists, save in those of numbers", () => {
    expect(check('{"a": [null, "x"]}', one("array[string]"))).toEqual({ a: [null, "x"] });
    expect(check('{"a": [null, {}]}', one("array[object]"))).toEqual({ a: [null, {}] });
    expect(check('{"a": [null, true]}', one("array[boolean]"))).toEqual({ a: [null, true] });
    expect(problemOf('{"a": [1, null]}', one("array[number]"))).toBe(
      "OutputValidationError: Output a[1] has to be of type number, and is null.",
    );
  });

  it("has truth values as numbers where numbers are declared, and anything where truth values are", () => {
    expect(check('{"a": true}', one("number"))).toEqual({ a: 1 });
    expect(check('{"a": [false, 2.5]}', one("array[number]"))).toEqual({ a: [0, 2.5] });
    expect(check('{"a": "yes"}', one("boolean"))).toEqual({ a: "yes" });
    expect(check('{"a": ["yes", 1]}', one("array[boolean]"))).toEqual({ a: ["yes", 1] });
  });

  it("keeps the kind of its numbers, and loses the NULs of its texts", () => {
    expect(check('{"a": {"b": 3.0, "c": 3, "d": "x\\u0000y"}}', one("object"))).toEqual({
      a: { b: new Float(3), c: 3, d: "xy" },
    });
  });

  it.each([
    ["string", "1", "a number"],
    ["number", '"1"', "a string"],
    ["object", "[]", "an array"],
    ["array[string]", "{}", "an object"],
    ["array[number]", "true", "a boolean"],
    ["array[object]", '"x"', "a string"],
    ["array[boolean]", "true", "a boolean"],
  ])("that should be %s cannot be %s", (type, value, kind) => {
    expect(problemOf(`{"a": ${value}}`, one(type))).toBe(
      `OutputValidationError: Output a has to be of type ${type}, and is ${kind}.`,
    );
  });

  it("names the place of a wrong item", () => {
    expect(problemOf('{"a": ["x", 1]}', one("array[string]"))).toMatch(/Output a\[1\] has to be of type string/);
    expect(problemOf('{"a": [{}, 1]}', one("array[object]"))).toMatch(/Output a\[1\] has to be of type object/);
  });

  it("keeps the key that JavaScript has a meaning of its own for", () => {
    const result = check('{"a": {"__proto__": {"b": 1}}}', one("object")) as { a: object };
    expect(Object.keys(result.a)).toEqual(["__proto__"]);
  });

  it("that is a file to others is a mapping here", () => {
    const file = '{"dify_model_identity": "__dify__file__", "filename": "a"}';
    expect(problemOf(`{"a": ${file}}`, one("object"))).toBe("no problem");
    expect(problemOf(`{"a": ${file}}`, one("string"))).toMatch(/is an object/);
  });
});

describe("the limit of", () => {
  const digits = (count: number) => `0.${"1".repeat(count)}`;

  it.each<[string, string, Value, Partial<CodeLimits>, string]>([
    ["CODE_MAX_STRING_LENGTH", '{"a": "123"}', one("string"), { maxStringLength: 2 }, "Output a is longer than 2 c"],
    ["CODE_MAX_STRING_LENGTH", '{"a": ["1", "123"]}', one("array[string]"), { maxStringLength: 2 }, "Output a[1] is"],
    ["CODE_MAX_NUMBER", '{"a": 9223372036854775808}', one("number"), {}, "Output a is out of range"],
    ["CODE_MIN_NUMBER", '{"a": -9223372036854775808}', one("number"), {}, "Output a is out of range"],
    ["CODE_MAX_NUMBER", '{"a": 1e300}', one("number"), {}, "Output a is out of range"],
    ["CODE_MAX_NUMBER", '{"a": {"b": [1, 11]}}', one("object"), { maxNumber: 10n }, "Output a.b[1] is out of range"],
    ["CODE_MAX_PRECISION", '{"a": 1e-21}', one("number"), {}, "Output a has more than 20 decimal places"],
    ["CODE_MAX_PRECISION", '{"a": 0.125}', one("number"), { maxPrecision: 2 }, "Output a has more than 2 decimal"],
    [
      "CODE_MAX_NUMBER_ARRAY_LENGTH",
      '{"a": [1, 2, 3]}',
      one("array[number]"),
      { maxNumberArrayLength: 2 },
      "has 3 items",
    ],
    ["CODE_MAX_STRING_ARRAY_LENGTH", '{"a": ["1", "2"]}', one("array[string]"), { maxStringArrayLength: 1 }, "has 2 i"],
    ["CODE_MAX_OBJECT_ARRAY_LENGTH", '{"a": [{}, {}]}', one("array[object]"), { maxObjectArrayLength: 1 }, "has 2 it"],
    [
      "CODE_MAX_STRING_ARRAY_LENGTH",
      '{"a": {"b": ["1", "2"]}}',
      one("object"),
      { maxStringArrayLength: 1 },
      "a.b has 2",
    ],
    ["CODE_MAX_NUMBER_ARRAY_LENGTH", '{"a": {"b": [1, 2]}}', one("object"), { maxNumberArrayLength: 1 }, "a.b has 2"],
    ["CODE_MAX_OBJECT_ARRAY_LENGTH", '{"a": {"b": [{}, {}]}}', one("object"), { maxObjectArrayLength: 1 }, "a.b has 2"],
  ])("%s is named by what exceeds it: %s", (name, result, outputs, limits, sentence) => {
    const problem = problemOf(result, outputs, limits);
    expect(problem).toMatch(/^OutputValidationError: /);
    expect(problem).toContain(sentence);
    expect(problem).toContain(name);
  });

  it("each is the last that may be", () => {
    expect(check('{"a": 9223372036854775807}', one("number"))).toEqual({ a: 9223372036854775807n });
    expect(check('{"a": -9223372036854775807}', one("number"))).toEqual({ a: -9223372036854775807n });
    expect(problemOf(`{"a": ${digits(17)}}`, one("number"), { maxPrecision: 17 })).toBe("no problem");
    expect(problemOf('{"a": "👍👍"}', one("string"), { maxStringLength: 2 })).toBe("no problem");
    expect(problemOf(`{"a": [${Array(30).fill('"x"')}]}`, one("array[string]"))).toBe("no problem");
    expect(problemOf(`{"a": [${Array(31).fill('"x"')}]}`, one("array[string]"))).toMatch(/31 items, more than 30/);
    expect(problemOf(`{"a": [${Array(1000).fill("1")}]}`, one("array[number]"))).toBe("no problem");
    expect(problemOf(`{"a": [${Array(31).fill("{}")}]}`, one("array[object]"))).toMatch(/31 items, more than 30/);
  });

  it("no number is one that JSON does not have", () => {
    expect(problemOf('{"a": 1e999}', one("number"))).toBe("OutputValidationError: Output a is no finite number.");
  });

  it("CODE_MAX_DEPTH counts the result as the first level", () => {
    const deep = (levels: number): string => (levels === 1 ? "{}" : `{"a": ${deep(levels - 1)}}`);
    expect(problemOf(deep(5), one("object"))).toBe("no problem");
    expect(problemOf(deep(6), one("object"))).toBe(
      "DepthLimitError: Output a.a.a.a.a is nested deeper than 5 levels (CODE_MAX_DEPTH).",
    );
    const children = (levels: number): Value => (levels === 1 ? null : one("object", children(levels - 1)));
    expect(problemOf(deep(6), children(6))).toMatch(/^DepthLimitError: /);
    expect(problemOf('{"a": [{"b": {"c": {"d": {}}}}]}', one("array[object]"))).toBe("no problem");
    expect(problemOf('{"a": [{"b": {"c": {"d": {"e": {}}}}}]}', one("array[object]"))).toMatch(
      /a\[0\]\.b\.c\.d\.e is nes/,
    );
  });
});
