import type { InputField } from "@diwan/contracts";
import { describe, expect, it } from "vitest";
import { acceptsOf, readForm, startValues } from "./input-form.ts";

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

  it("leaves out optional fields that are empty, and what the form cannot take yet", () => {
    const later = field("x", "external_data_tool", { required: true });
    expect(readForm([field("a", "paragraph"), field("f", "file"), later], { a: " ", f: [] })).toEqual({
      ok: true,
      inputs: {},
    });
  });

  it("gives one file as itself and several as a list, also those of an earlier run", () => {
    const old = { transfer_method: "local_file", related_id: "u", filename: "a.pdf", size: 7 };
    const fields = [field("one", "file", { required: true }), field("all", "file-list", { max_length: 2 })];
    const values = startValues(fields, { one: old, all: [old, "no file"] });
    expect(values).toEqual({
      one: [{ name: "a.pdf", size: 7, value: old }],
      all: [{ name: "a.pdf", size: 7, value: old }],
    });
    expect(readForm(fields, values)).toEqual({ ok: true, inputs: { one: old, all: [old] } });
    expect(readForm(fields, { one: [], all: [] })).toEqual({ ok: false, problems: { one: "required" } });
  });

  it("has the browser offer the files that the start step takes", () => {
    const variables = [
      { variable: "cv", type: "file", allowed_file_types: ["custom"], allowed_file_extensions: ["pdf"] },
    ];
    expect(acceptsOf({ nodes: [{ data: { type: "start", variables } }, { data: { type: "end" } }, {}] })).toEqual({
      cv: ".pdf",
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
