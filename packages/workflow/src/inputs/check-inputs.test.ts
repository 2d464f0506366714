import { describe, expect, it } from "vitest";
import { Float, type Value } from "../values/index.ts";
import { checkInputs } from "./check-inputs.ts";
import { readInputFields } from "./input-fields.ts";

function check(field: Record<string, Value>, given: Record<string, Value>) {
  return checkInputs(readInputFields({ variables: [{ variable: "x", ...field }] }), given);
}

const value = (field: Record<string, Value>, given: Value) => {
  const checked = check(field, { x: given });
  return checked.ok ? checked.inputs["x"] : checked.message;
};

it("drops what is not declared, and reads null lists as empty", () => {
  expect(check({ type: "text-input", options: null }, { x: "a", other: 1 })).toEqual({ ok: true, inputs: { x: "a" } });
});

it("asks for what is required even where there is a default", () => {
  expect(check({ type: "text-input", required: true, default: "d" }, {})).toEqual({
    ok: false,
    variable: "x",
    message: "x is required in input form",
  });
  expect(value({ type: "text-input", default: "d" }, null)).toBe("d");
  expect(value({ type: "text-input" }, null)).toBeNull();
});

it("keeps integers beyond 2^53 that are typed as text", () => {
  expect(value({ type: "number" }, "+9007199254740993")).toBe(9007199254740993n);
});

describe("each kind of field", () => {
  it.each<[Record<string, Value>, Value, unknown]>([
    [{ type: "text-input", max_length: 3 }, "abc", "abc"],
    [{ type: "text-input", max_length: 3 }, "abcd", "x in input form must be less than 3 characters"],
    [{ type: "text-input", max_length: 2 }, "👋👋", "👋👋"],
    [{ type: "paragraph" }, 5, "x in input form must be a string"],
    [{ type: "paragraph" }, "a\u0000b", "ab"],
    [{ type: "paragraph" }, { a: 1 }, "Invalid input type for x"],
    [{ type: "paragraph" }, [{ a: 1 }], "Invalid input type for x"],
    [{ type: "select", options: ["a", "b"] }, "b", "b"],
    [{ type: "select", options: ["a", "b"] }, "c", "x in input form must be one of the following: a, b"],
    [{ type: "select", options: ["a"] }, "", ""],
    [{ type: "select", options: ["a"], required: true }, "", "x in input form must be one of the following: a"],
    [{ type: "select", options: null }, "a", "x in input form must be one of the following: "],
    [{ type: "text-input", max_length: new Float(2) }, "abc", "x in input form must be less than 2 characters"],
    [{ type: "text-input", max_length: null }, "a".repeat(1_000), "a".repeat(1_000)],
    [{ type: "text-input" }, "", ""],
    [{ type: "number" }, 5, 5],
    [{ type: "number" }, new Float(5), new Float(5)],
    [{ type: "number" }, 0.5, 0.5],
    [{ type: "number" }, "-7", -7],
    [{ type: "number" }, "1.5e3", new Float(1500)],
    [{ type: "number" }, "1e3", "x in input form must be a valid number"],
    [{ type: "number" }, [5], "x in input form must be a valid number"],
    [{ type: "number" }, { a: 1 }, "Invalid input type for x"],
    [{ type: "number" }, " 5 ", 5],
    [{ type: "number" }, "5.0", new Float(5)],
    [{ type: "number" }, "", null],
    [{ type: "number" }, "five", "x in input form must be a valid number"],
    [{ type: "checkbox" }, "Yes", true],
    [{ type: "checkbox" }, 0, false],
    [{ type: "checkbox" }, true, true],
    [{ type: "checkbox" }, 1, true],
    [{ type: "checkbox" }, "OFF", false],
    [{ type: "checkbox" }, 2, "x in input form must be true or false"],
    [{ type: "checkbox" }, "maybe", "x in input form must be true or false"],
    [{ type: "json_object" }, { a: 1 }, { a: 1 }],
    [{ type: "json_object" }, '{"a":1}', "x in input form must be a JSON object"],
    [{ type: "json_object" }, [1], "x in input form must be a JSON object"],
    [{ type: "external_data_tool" }, "sun\u0000ny", "sunny"],
    [{ type: "external_data_tool" }, { a: 1 }, "Invalid input type for x"],
    [{ type: "file" }, "", null],
    [{ type: "file", required: true }, "", "x is required in input form"],
    [{ type: "file-list" }, "", null],
    [{ type: "file-list" }, {}, "x in input form must be a list of files"],
    [{ type: "file-list", max_length: 2 }, [{}, {}], [{}, {}]],
    [{ type: "file" }, [{ type: "image" }], { type: "image" }],
    [{ type: "file" }, "cat.png", "x in input form must be a file"],
    [{ type: "file-list", max_length: 1 }, [{}, {}], "x in input form must have at most 1 files"],
    [{ type: "file-list" }, ["a"], "x in input form must be a list of files"],
  ])("%j takes %j as %j", (field, given, expected) => {
    expect(value(field, given)).toEqual(expected);
  });
});
