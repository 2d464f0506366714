import { isObject } from "@diwan/workflow";
import { expect, it } from "vitest";
import { findJson } from "./json-in-text.ts";

it.each<[text: string, found: unknown]>([
  [' {"a": 1} ', { a: 1 }],
  ["5", 5],
  ['Sure!\n```json\n{"a": 1}\n```\nAnything else?', { a: 1 }],
  ["```\n[1]\n```", [1]],
  ['The answer is {"a": "}"} as asked.', { a: "}" }],
  ['Use {braces} like {"a": {"b": [1]}}.', { a: { b: [1] } }],
  ['{"a": "say \\"hi\\""} {"b": 2}', { a: 'say "hi"' }],
  ["no JSON here {at all", undefined],
  ["", undefined],
])("finds in %j %j", (text, found) => {
  expect(findJson(text)).toEqual(found);
});

it("passes over what is not accepted", () => {
  expect(findJson('[1] and {"a": 1}', isObject)).toEqual({ a: 1 });
});

it("gives up soon on a text that is made to be slow", () => {
  for (const text of [
    "{".repeat(1_000_000),
    '{"'.repeat(500_000),
    "```".repeat(300_000),
    "[".repeat(400_000) + "]".repeat(400_000),
  ]) {
    const startedAt = performance.now();
    expect(findJson(text)).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  }
});
