import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  dumpsJson,
  Float,
  float,
  isFloat,
  isInteger,
  numberOf,
  parseJson,
  stringifyJson,
  type Value,
} from "./index.ts";
import { pythonRepr, pythonStr } from "./python-text.ts";

type Case = { json: string; str: string; repr: string; dumps: string; indented: string };
const fixture = new URL("./__fixtures__/python-text.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, "utf8")) as { cases: Case[] };

describe("values read from JSON", () => {
  it.each(cases)("print as in Python: $json", ({ json, str, repr, dumps, indented }) => {
    const value = parseJson(json);
    expect(pythonStr(value)).toBe(str);
    expect(pythonRepr(value)).toBe(repr);
    expect(dumpsJson(value)).toBe(dumps);
    expect(dumpsJson(value, { indent: 2 })).toBe(indented);
  });

  it.each(cases)("survive being written and read again: $json", ({ json, repr }) => {
    const value = parseJson(json);
    expect(pythonRepr(parseJson(stringifyJson(value)))).toBe(repr);
    expect(pythonRepr(parseJson(dumpsJson(value, { indent: 2 })))).toBe(repr);
  });

  it("tell 5 from 5.0 and from 5e0", () => {
    expect(parseJson("[5, 5.0, 5e0, 5.5]")).toEqual([5, new Float(5), new Float(5), 5.5]);
  });

  it("keep integers beyond 2^53 exact", () => {
    expect(parseJson("[9007199254740993, -9007199254740993]")).toEqual([9007199254740993n, -9007199254740993n]);
    expect(stringifyJson([9007199254740993n])).toBe("[9007199254740993]");
  });

  it("treat __proto__ as a key like any other", () => {
    for (const text of ['{"__proto__":{"x":1}}', '{"__proto__":{"x":1.0}}']) {
      const value = parseJson(text) as { [key: string]: Value };
      expect(Object.keys(value)).toEqual(["__proto__"]);
      expect("x" in value).toBe(false);
      expect(stringifyJson(value)).toBe(text);
    }
  });

  it("are refused with a code when the text is not JSON", () => {
    expect(() => parseJson("{a: 1}")).toThrowError(expect.objectContaining({ code: "value.not-json", kind: "author" }));
  });
});

describe("floats", () => {
  it("are wrapped only when the number would read as an integer", () => {
    expect(float(0.5)).toBe(0.5);
    expect(float(3)).toEqual(new Float(3));
    expect(float(Number.NaN)).toBeNaN();
    expect(float(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });

  it("keep their kind through plain JSON.stringify", () => {
    expect(JSON.stringify({ a: float(3), b: float(1e16), c: float(0.5), d: 3 })).toBe(
      '{"a":3.0,"b":1e+16,"c":0.5,"d":3}',
    );
  });

  it("are told apart from integers", () => {
    expect([float(3), 0.5, 3, 3n, "3", true].map(isFloat)).toEqual([true, true, false, false, false, false]);
    expect([float(3), 0.5, 3, 3n, "3", true].map(isInteger)).toEqual([false, false, true, true, false, false]);
  });

  it("give their number", () => {
    expect([float(3), 0.5, 3, 3n].map(numberOf)).toEqual([3, 0.5, 3, 3]);
  });

  it("print nan and inf as Python does, in text and in JSON", () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect(values.map(pythonStr)).toEqual(["nan", "inf", "-inf"]);
    expect(dumpsJson(values)).toBe("[NaN, Infinity, -Infinity]");
  });
});
