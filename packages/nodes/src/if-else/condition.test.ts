import { Float, type Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { ConditionError, meets, type Operator } from "./condition.ts";
import { filesMeet } from "./file-condition.ts";

const two = new Float(2);

const holds: [actual: Value, operator: Operator, expected: Value, result: boolean][] = [
  ["hello", "contains", "ell", true],
  ["", "contains", "x", false],
  [null, "not contains", "x", true],
  [[1, 2], "contains", "1", false],
  [["1", "2"], "contains", "1", true],
  ["hello", "start with", "he", true],
  ["hello", "end with", "lo", true],
  [null, "start with", "x", false],
  ["a", "is", "a", true],
  [null, "is", "a", false],
  [null, "is not", "a", false],
  ["a", "is not", "b", true],
  [true, "is", "true", true],
  [false, "is", "0", true],
  ["", "empty", "", true],
  [0, "empty", "", true],
  [new Float(0), "empty", "", true],
  [[], "empty", "", true],
  [{}, "empty", "", true],
  ["x", "not empty", "", true],
  ["a", "in", ["a", "b"], true],
  ["c", "not in", ["a", "b"], true],
  ["", "in", ["a"], false],
  ["", "not in", ["a"], true],
  [["a", "b", "c"], "all of", ["a", "c"], true],
  ["abc", "all of", ["a", "x"], false],
  [[], "all of", ["a"], false],
  [5, "=", "5", true],
  [5, "=", " 5 ", true],
  [two, "=", "2", true],
  [two, "=", "2.0", true],
  [null, "=", "1", false],
  [null, "≠", "1", false],
  [false, "=", "false", true],
  [3, ">", "2.5", true],
  [two, "≤", "2", true],
  [null, ">", "1", false],
  [null, "null", "", true],
  ["", "exists", "", true],
  [null, "not exists", "", true],
  [false, "not null", null, true],
];

it.each(holds)("%j %s %j is %s", (actual, operator, expected, result) => {
  expect(meets(actual, operator, expected)).toBe(result);
});

const refused: [actual: Value, operator: Operator, expected: Value, why: RegExp][] = [
  [5, "contains", "5", /text or a list/],
  [{ a: 1 }, "contains", "a", /text or a list/],
  [5, "start with", "5", /compares text/],
  [5, "is", "5", /text or true and false/],
  ["x", "in", "xyz", /needs a list/],
  [5, "=", "1.5", /not a whole number/],
  ["5", "=", "5", /compare numbers/],
  ["5", ">", "1", /compares numbers/],
  [5, ">", "many", /not a number/],
  [true, "empty", "", /neither true nor false/],
  [true, "=", "maybe", /neither true nor false/],
];

it.each(refused)("%j %s %j is a mistake", (actual, operator, expected, why) => {
  expect(() => meets(actual, operator, expected)).toThrow(ConditionError);
  expect(() => meets(actual, operator, expected)).toThrow(why);
});

describe("files", () => {
  const file = (rest: object) => ({ dify_model_identity: "__dify__file__", type: "document", ...rest }) as Value;
  const files = [
    file({ filename: "a.pdf", extension: ".pdf" }),
    file({ type: "image", filename: "b.png", extension: "png" }),
  ];

  it("meet a condition when any of them does, and one that says not when all do", () => {
    const meet = (operator: Operator, value: Value, key = "type") =>
      filesMeet(files, "and", [{ key, operator, value }]);
    expect(meet("is", "image")).toBe(true);
    expect(meet("is not", "image")).toBe(false);
    expect(meet("is not", "video")).toBe(true);
    expect(meet("in", ["image", "video"])).toBe(true);
  });

  it("are compared by extension with and without its dot", () => {
    const meet = (value: Value) => filesMeet(files, "or", [{ key: "extension", operator: "is", value }]);
    expect([meet("pdf"), meet(".png"), meet("txt")]).toEqual([true, true, false]);
  });

  it("have the attributes they have", () => {
    expect(() => filesMeet(files, "and", [{ key: "colour", operator: "is", value: "red" }])).toThrow(
      /no attribute "colour"/,
    );
  });
});
