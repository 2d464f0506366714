import type { InputField } from "@diwan/contracts";
import { describe, expect, it } from "vitest";
import { readForm, startValues } from "./input-form.ts";

const field = (variable: string, type: string, change: Partial<InputField> = {}): InputField => ({
  variable,
  label: variable,
  type,
  required: false,
  hide: false,
  default: null,
  description: "",
  max_length: null,
  options: [],
  ...change,
});

describe("the form of a run's inputs", () => {
  it("turns what is typed into the values each type takes", () => {
    const fields = [
      field("name", "text-input"),
      field("count", "number"),
      field("on", "checkbox"),
      field("data", "json_object"),
    ];
    expect(readForm(fields, { name: "Amal", count: "١٢٫٥", on: true, data: '{"a":1}' })).toEqual({
      ok: true,
      inputs: { name: "Amal", count: 12.5, on: true, data: { a: 1 } },
    });
  });

  it("leaves out optional fields that are empty, and files", () => {
    expect(readForm([field("a", "paragraph"), field("f", "file", { required: true })], { a: " " })).toEqual({
      ok: true,
      inputs: {},
    });
  });

  it("names what is wrong with each field", () => {
    const fields = [
      field("must", "text-input", { required: true }),
      field("long", "text-input", { max_length: 3 }),
      field("count", "number"),
      field("data", "json_object"),
      field("pick", "select", { options: ["a"] }),
    ];
    expect(readForm(fields, { must: "", long: "four", count: "x", data: "[]", pick: "b" })).toEqual({
      ok: false,
      problems: { must: "required", long: "too-long", count: "number", data: "json", pick: "option" },
    });
  });

  it("starts with the values given, then the author's defaults, then the first option of a must", () => {
    const fields = [
      field("a", "text-input", { default: "d" }),
      field("b", "text-input", { default: "d" }),
      field("c", "select", { options: ["x", "y"], required: true }),
      field("d", "json_object", { default: { k: 1 } }),
      field("e", "checkbox", { default: "true" }),
    ];
    expect(startValues(fields, { a: "given" })).toEqual({ a: "given", b: "d", c: "x", d: '{\n  "k": 1\n}', e: true });
  });
});
