import { describe, expect, it } from "vitest";
import {
  castTo,
  type FileValue,
  Float,
  fitsType,
  float,
  isValid,
  pythonRepr,
  typeOf,
  VALUE_TYPES,
  type Value,
  zeroOf,
} from "./index.ts";

const file: FileValue = { dify_model_identity: "__dify__file__", type: "image", transfer_method: "remote_url" };

describe("the type of a value", () => {
  const rows: [Value, string][] = [
    [null, "none"],
    [true, "boolean"],
    [1, "integer"],
    [2n ** 70n, "integer"],
    [1.5, "float"],
    [float(1), "float"],
    ["", "string"],
    [{ a: 1 }, "object"],
    [file, "file"],
    [[], "array[any]"],
    [["a"], "array[string]"],
    [[1, 1.5, float(2)], "array[number]"],
    [[true, false], "array[boolean]"],
    [[true, 1], "array[any]"],
    [[{}], "array[object]"],
    [[file], "array[file]"],
    [[file, {}], "array[any]"],
    [[null], "array[any]"],
    [[1, null], "array[any]"],
    [[1, "a"], "array[any]"],
    [[[1]], "array[any]"],
    [["a", ["b"]], "array[any]"],
  ];
  for (const [value, type] of rows) {
    it(`of ${pythonRepr(value)} is ${type}`, () => {
      expect(typeOf(value)).toBe(type);
    });
  }

  it("is a defect when the value cannot be a variable", () => {
    expect(() => typeOf(undefined as unknown as Value)).toThrowError(
      expect.objectContaining({ code: "value.unknown" }),
    );
  });

  it("has one of these names", () => {
    expect(VALUE_TYPES.join(" ")).toBe(
      "number integer float string object secret file boolean array[any] array[string] array[number] array[object] array[file] array[boolean] none group",
    );
  });
});

describe("a value for a declared type", () => {
  it("may be null only as none", () => {
    expect(VALUE_TYPES.filter((type) => fitsType(null, type))).toEqual(["none"]);
  });

  it("may be an empty list for every array", () => {
    expect(VALUE_TYPES.filter((type) => fitsType([], type))).toHaveLength(6);
  });

  it("may be an integer or a float where a number is wanted, but a boolean is neither", () => {
    expect([1, float(1), 1.5, true].map((value) => fitsType(value, "number"))).toEqual([true, true, true, false]);
    expect(fitsType(1, "float")).toBe(false);
  });

  it("may be text for a secret", () => {
    expect(fitsType("key", "secret")).toBe(true);
  });

  it("does not fit when a list holds something else", () => {
    expect(fitsType([1, "a"], "array[string]")).toBe(false);
    expect(fitsType([null, "a"], "array[string]")).toBe(false);
    expect(fitsType([1, float(2)], "array[number]")).toBe(true);
  });
});

describe("the check of outputs", () => {
  it("lets booleans pass as numbers", () => {
    expect(isValid(true, "integer") && isValid(true, "float") && isValid([true, 2], "array[number]")).toBe(true);
    expect(isValid(1, "boolean")).toBe(false);
  });

  it("looks at every element", () => {
    expect(isValid(["a", 1], "array[string]")).toBe(false);
    expect(isValid(["a", 1, null, []], "array[any]")).toBe(true);
    expect(isValid([{}, {}], "array[object]")).toBe(true);
    expect(isValid([file], "array[file]")).toBe(true);
  });

  it("tells files from objects", () => {
    expect(isValid(file, "object")).toBe(false);
    expect(isValid(file, "file")).toBe(true);
  });
});

describe("casting", () => {
  it("turns booleans into numbers and nothing else", () => {
    expect(castTo(true, "integer")).toBe(1);
    expect(castTo(false, "number")).toBe(0);
    expect(castTo(true, "float")).toBe(true);
    expect(castTo([true, false], "array[number]")).toEqual([1, 0]);
    expect(castTo([true, 2], "array[number]")).toEqual([true, 2]);
    expect(castTo("1", "integer")).toBe("1");
  });
});

describe("clearing", () => {
  it("leaves the empty value of the type", () => {
    expect(zeroOf("object")).toEqual({});
    expect(zeroOf("string")).toBe("");
    expect(zeroOf("integer")).toBe(0);
    expect(zeroOf("number")).toBe(0);
    expect(zeroOf("float")).toEqual(new Float(0));
    expect(zeroOf("boolean")).toBe(false);
    expect(zeroOf("array[number]")).toEqual([]);
  });

  it.each(["file", "array[file]", "secret"] as const)("is refused for %s", (type) => {
    expect(() => zeroOf(type)).toThrowError(expect.objectContaining({ code: "value.no-zero" }));
  });
});
