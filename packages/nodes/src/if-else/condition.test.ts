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
  // Text.
  ["hello", "not contains", "ell", false],
  ["hello", "not contains", "x", true],
  ["a5", "contains", 5, true],
  ["", "start with", "", false],
  ["hello", "start with", "lo", false],
  ["hello", "end with", "he", false],
  ["", "end with", "x", false],
  ["a", "is not", "a", false],
  ["", "is", "", true],
  ["", "not empty", "x", false],
  ["abc", "all of", ["a", "c"], true],
  ["abc", "all of", "cab", true],
  ["", "all of", [], false],
  // Numbers.
  [0, "contains", "0", false],
  [0, "in", [0], false],
  [0, "not in", [0], true],
  [1, "in", [1.5, two, new Float(1)], true],
  [0.5, "not empty", null, true],
  [5, "≠", "5", false],
  [5, "≠", "6", true],
  [-3, "=", "-3", true],
  [1000, "=", "1_000", true],
  [2.5, "=", "25e-1", true],
  [2.5, "≠", "2", true],
  [3, "<", "3.5", true],
  [3, "≥", "3", true],
  [3, "≤", "2.99", false],
  [3, "<", "inf", true],
  [2.5, ">", 2, true],
  [null, "<", "1", false],
  [null, "≥", "1", false],
  [null, "≤", "1", false],
  // True and false.
  [true, "is", "1", true],
  [true, "is not", "false", true],
  [true, "=", "true", true],
  [true, "≠", "false", true],
  [false, "=", "0", true],
  [false, "empty", null, true],
  [true, "not empty", "true", true],
  [true, "is", null, false],
  [true, "null", null, false],
  [true, "null", "true", false],
  [false, "exists", "", true],
  // Lists and mappings.
  [[1, two], "contains", 2, true],
  [[[1]], "contains", [1], true],
  [[{ a: 1 }], "contains", { a: new Float(1) }, true],
  [["a"], "not contains", "a", false],
  [["a"], "not contains", "b", true],
  [[], "not contains", "a", true],
  [[1], "in", [[1], [2]], true],
  [[1, 2], "all of", ["1"], false],
  [{}, "not empty", null, false],
  [{ a: 1 }, "empty", null, false],
  [[0], "empty", null, false],
  [{ a: 1 }, "in", [{ a: 1 }], true],
  // None.
  [null, "contains", "x", false],
  [null, "end with", "x", false],
  [null, "in", ["x"], false],
  [null, "not in", "no list", true],
  [null, "all of", ["x"], false],
  [null, "empty", "", true],
  [null, "not empty", "", false],
  [null, "not null", "", false],
  [null, "exists", "", false],
  ["", "null", "", false],
  [[], "not exists", "", false],
];

it.each(holds)("%j %s %j is %s", (actual, operator, expected, result) => {
  expect(meets(actual, operator, expected)).toBe(result);
});

it("compares integers beyond 2^53 exactly", () => {
  const large = 9007199254740993n;
  expect(meets(large, "=", "9007199254740993")).toBe(true);
  expect(meets(large, "=", "9007199254740992")).toBe(false);
  expect(meets(large, ">", 9007199254740992n)).toBe(true);
  expect(meets(large, "in", [9007199254740992n])).toBe(false);
  expect(meets([large], "contains", new Float(9007199254740992))).toBe(false);
});

it("reads long texts that are no numbers in the time that their length needs", () => {
  const text = `${"1".repeat(500_000)}x`;
  for (const operator of ["=", ">"] as const) {
    const startedAt = performance.now();
    expect(() => meets(0.5, operator, text)).toThrow(/not a number/);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  }
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
  [true, "null", "", /neither true nor false/],
  [false, "not null", "", /neither true nor false/],
  [true, "=", "maybe", /neither true nor false/],
  [5, "not contains", "5", /text or a list/],
  [true, "contains", "true", /text or a list/],
  [["a"], "start with", "a", /compares text/],
  [true, "end with", "true", /compares text/],
  [["a"], "is", "a", /text or true and false/],
  [0.5, "is not", "0.5", /text or true and false/],
  [{ a: 1 }, "is", "a", /text or true and false/],
  [5, "not in", "5", /needs a list/],
  [true, "in", ["true"], /needs a list/],
  [5, "all of", ["5"], /list or text/],
  ["abc", "all of", 5, /needs a list/],
  [5, "=", "", /not a whole number/],
  [5, "=", null, /not a whole number/],
  [5, "=", "5.0", /not a whole number/],
  [0.5, "=", "half", /not a number/],
  [["a"], "=", "1", /compare numbers/],
  [{ a: 1 }, "≠", "1", /compare numbers/],
  [true, ">", "0", /compares numbers/],
  [["a"], "≤", "1", /compares numbers/],
  [5, "<", "", /not a number/],
  [5, "≥", null, /not a number/],
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

  it("are compared by every attribute that they have, with null where one is missing", () => {
    const [pdf] = [
      file({
        filename: "plan.pdf",
        extension: ".pdf",
        size: 2048,
        mime_type: "application/pdf",
        transfer_method: "remote_url",
        remote_url: "https://files.example/plan.pdf",
      }),
    ];
    const meet = (key: string, operator: Operator, value: Value) => filesMeet([pdf], "and", [{ key, operator, value }]);
    expect(meet("name", "start with", "plan")).toBe(true);
    expect(meet("size", ">", "1024")).toBe(true);
    expect(meet("mime_type", "contains", "pdf")).toBe(true);
    expect(meet("transfer_method", "in", ["remote_url"])).toBe(true);
    expect(meet("url", "contains", "files.example")).toBe(true);
    expect(meet("related_id", "null", null)).toBe(true);
  });

  it("meet several conditions together or one of several", () => {
    const conditions = [
      { key: "type", operator: "is", value: "image" } as const,
      { key: "name", operator: "end with", value: ".doc" } as const,
    ];
    expect(filesMeet(files, "and", conditions)).toBe(false);
    expect(filesMeet(files, "or", conditions)).toBe(true);
  });

  it("are compared by extension with text only", () => {
    expect(() => filesMeet(files, "and", [{ key: "extension", operator: "in", value: [".pdf"] }])).toThrow(
      /compared with text/,
    );
  });

  it("have the attributes they have", () => {
    expect(() => filesMeet(files, "and", [{ key: "colour", operator: "is", value: "red" }])).toThrow(
      /no attribute "colour"/,
    );
  });
});
