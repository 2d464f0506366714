import { expect, it } from "vitest";
import { dumpsJson, parseJson, parseOwnJson, stringifyJson } from "./json.ts";
import { MAX_NESTING } from "./nesting.ts";
import { pythonRepr } from "./python-text.ts";
import { renderMarkdown, renderText } from "./renderings.ts";
import { typeOf } from "./types.ts";
import type { Value } from "./value.ts";

/** So many lists in each other. */
const lists = (levels: number, inner = "") => "[".repeat(levels) + inner + "]".repeat(levels);
const mappings = (levels: number) => `${'{"a":'.repeat(levels)}1.0${"}".repeat(levels)}`;

it("lets values in that are as deep as allowed, and renders them", () => {
  for (const text of [lists(MAX_NESTING), lists(MAX_NESTING, "1.0"), mappings(MAX_NESTING)]) {
    const value = parseJson(text);
    expect(stringifyJson(value)).toBe(text);
    for (const render of [renderText, renderMarkdown, pythonRepr]) expect(render(value)).not.toBe("");
  }
});

it.each([501, 1_000, 5_000, 100_000])("refuses JSON of %i levels with a sentence", (levels) => {
  for (const text of [lists(levels), lists(levels, "5.0"), mappings(levels)]) {
    expect(() => parseJson(text)).toThrow(
      expect.objectContaining({ code: "value.not-json", message: expect.stringContaining("more than 500 levels") }),
    );
  }
});

it("reads what it wrote itself, a few levels around a value included", () => {
  expect(stringifyJson(parseOwnJson(lists(MAX_NESTING + 20)))).toBe(lists(MAX_NESTING + 20));
  expect(() => parseOwnJson(lists(100_000))).toThrow(/more than 600 levels/);
});

it.each([1_000, 10_000, 100_000])("never runs out of stack over a value of %i levels", (levels) => {
  const value = JSON.parse(lists(levels)) as Value;
  expect(typeOf(value)).toBe("array[any]");
  for (const write of [stringifyJson, dumpsJson, pythonRepr, renderText, renderMarkdown]) {
    try {
      write(value);
    } catch (error) {
      expect(error).toMatchObject({ code: "value.nested-too-deep", kind: "author" });
    }
  }
});
