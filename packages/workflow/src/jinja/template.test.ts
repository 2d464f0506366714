import { describe, expect, it } from "vitest";
import { float, type Value } from "../values/index.ts";
import { compileTemplate, JinjaErrors, type JinjaLimits } from "./index.ts";

function render(source: string, variables: Record<string, Value> = {}, limits?: Partial<JinjaLimits>): string {
  return compileTemplate(source).render(variables, limits);
}

const failsWith = (code: string, message = /./) =>
  expect.objectContaining({ code: `template.${code}`, kind: "author", message: expect.stringMatching(message) });

describe("a template", () => {
  it("prints values as Python does", () => {
    expect(render("{{ d }} {{ 4 / 2 }} {{ 1 / 2 }} {{ n }} {{ t }}", { d: { a: float(1) }, n: null, t: true })).toBe(
      "{'a': 1.0} 2.0 0.5 None True",
    );
  });

  it("renders again and again with other variables", () => {
    const template = compileTemplate("{% set a = x + 1 %}{{ a }}");
    expect([1, 2, 3].map((x) => template.render({ x }))).toEqual(["2", "3", "4"]);
  });

  it("leaves the variables it is given as they are, whatever it changes in place", () => {
    const variables = { list: [1, 2], object: { a: [1] } };
    expect(render("{{ list.append(3) or list }}{{ object.a.append(2) or object }}{{ list.pop() }}", variables)).toBe(
      "[1, 2, 3]{'a': [1, 2]}3",
    );
    expect(variables).toEqual({ list: [1, 2], object: { a: [1] } });
  });

  it("prints nothing for what nobody gave, and fails on its attributes", () => {
    expect(render("[{{ missing }}]")).toBe("[]");
    expect(() => render("{{ missing.name }}")).toThrowError(failsWith("undefined", /'missing' is undefined/));
    expect(() => render("{{ d.a.b }}", { d: {} })).toThrowError(
      failsWith("undefined", /'dict object' has no attribute 'a'/),
    );
  });
});

describe("an error", () => {
  it("names the line, when reading and when rendering", () => {
    expect(() => compileTemplate("a\nb\n{{ 1 + }}")).toThrowError(failsWith("syntax", /^Template line 3: /));
    expect(() => compileTemplate("a\n{% if x %}\n")).toThrowError(failsWith("syntax", /endif/));
    expect(() => compileTemplate("\n{% for x in y %}\n{{ x|nope }}{% endfor %}")).toThrowError(
      failsWith("syntax", /line 3.*nope/),
    );
    expect(() => render("a\n\n{% for i in [1] %}\n{{ 1 / 0 }}{% endfor %}")).toThrowError(failsWith("value", /line 4/));
  });

  it("reports the line of the call after a macro has returned", () => {
    const source = "{% macro m() %}\n\n{{ 1 }}{% endmacro %}\n{{ m() ~ none.a.b }}";
    expect(() => render(source)).toThrowError(failsWith("undefined", /line 4/));
  });

  it.each([
    ["a template to load", "{% include 'x' %}", "no-loader"],
    ["a random choice", "{{ [1]|random }}", "unsupported"],
    ["an address", "{{ [].append }}", "unsupported"],
    ["a generator printed", "{{ [1]|map('int') }}", "unsupported"],
    ["a long pprint", "{{ ('x' * 100)|pprint }}", "unsupported"],
    ["a fractional power", "{{ 2 ** 0.3 }}", "unsupported"],
    ["adding a text to a number", "{{ 1 + 'a' }}", "type"],
    ["an unknown tag", "{% nope %}", "syntax"],
  ])("tells %s from what is not supported", (_what, source, code) => {
    expect(() => render(source)).toThrowError(failsWith(code));
  });

  it("has one of these codes", () => {
    expect(Object.keys(JinjaErrors)).toEqual([
      "syntax",
      "undefined",
      "type",
      "value",
      "no-loader",
      "limit-exceeded",
      "unsupported",
    ]);
  });
});

describe("nothing of JavaScript", () => {
  it.each(["constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "length", "call", "text", "items_"])(
    "is reached through the name %s",
    (name) => {
      const values = { object: { a: 1 }, list: [1], text: "t", number: 5, float: float(1), flag: true };
      for (const variable of Object.keys(values)) {
        expect(render(`{{ ${variable}.${name} }}{{ ${variable}['${name}'] }}`, values)).toBe("");
      }
      for (const value of ["range", "namespace()", "cycler(1)", "joiner()", "range(3)", "{}.keys()"]) {
        expect(render(`{{ ${value}.${name} }}`)).toBe("");
      }
      expect(render(`{{ ${name} }}`)).toBe("");
    },
  );

  it("is reached through Python's double underscores", () => {
    for (const name of ["__class__", "__proto__", "__init__", "__globals__", "__mro__"]) {
      expect(() => render(`{{ ''.${name} }}`)).toThrowError(failsWith("unsupported"));
      expect(() => render(`{{ x['${name}'] }}`, { x: [] })).toThrowError(failsWith("unsupported"));
    }
  });

  it("is reached through keys of the variables", () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}') as { [key: string]: Value };
    expect(render("{{ o.constructor }}{{ o['__proto__'] }}{{ polluted }}{{ {}.polluted }}", { o: hostile })).toBe(
      "2{'polluted': 1}",
    );
    expect(
      render("{% set ns = namespace() %}{% set ns.constructor = 1 %}{{ ns.constructor }}{{ namespace().constructor }}"),
    ).toBe("1");
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("gives a name of the prototype when a variable is missing", () => {
    expect(render("{{ __proto__ }}{{ constructor }}")).toBe("");
  });
});

describe("a rendering ends with a limit", () => {
  it.each([
    ["repeats a text", "{{ 'a' * 10**9 }}"],
    ["repeats a list", "{{ [0] * 10**9 }}"],
    ["counts far", "{{ range(10**12)|list }}"],
    ["loops far", "{% for i in range(10**9) %}{% endfor %}"],
    [
      "nests loops",
      "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}",
    ],
    ["raises to a power", "{{ 10 ** (10 ** 9) }}"],
    [
      "raises again and again",
      "{% set n = namespace(v=3) %}{% for i in range(100) %}{% set n.v = n.v ** n.v %}{% endfor %}",
    ],
    [
      "multiplies again and again",
      "{% set n = namespace(v=3) %}{% for i in range(100) %}{% set n.v = n.v * n.v %}{% endfor %}",
    ],
    ["doubles a text", "{% set n = namespace(v='ab') %}{% for i in range(60) %}{% set n.v = n.v ~ n.v %}{% endfor %}"],
    [
      "adds a text to itself",
      "{% set n = namespace(v='ab') %}{% for i in range(60) %}{% set n.v = n.v + n.v %}{% endfor %}",
    ],
    ["doubles a list", "{% set n = namespace(v=[1]) %}{% for i in range(60) %}{% set n.v = n.v + n.v %}{% endfor %}"],
    [
      "nests a list in itself",
      "{% set n = namespace(v=[1]) %}{% for i in range(60) %}{% set n.v = [n.v, n.v] %}{% endfor %}{{ n.v }}",
    ],
    [
      "compares such lists",
      "{% set n = namespace(v=[1], w=[1]) %}{% for i in range(60) %}{% set n.v = [n.v, n.v] %}{% set n.w = [n.w, n.w] %}{% endfor %}{{ n.v == n.w }}",
    ],
    [
      "dumps such a list",
      "{% set n = namespace(v=[1]) %}{% for i in range(60) %}{% set n.v = [n.v, n.v] %}{% endfor %}{{ n.v|tojson }}",
    ],
    ["replaces by more", "{{ ('a' * 10000)|replace('a', 'b' * 10000) }}"],
    ["replaces the empty text", "{{ ('a' * 10000)|replace('', 'b' * 10000) }}"],
    ["centers", "{{ 'a'|center(10**9) }}"],
    ["pads", "{{ 'a'.ljust(10**9) }}{{ 'a'.zfill(10**9) }}"],
    ["indents", "{{ 'a\\nb'|indent(10**9) }}"],
    ["joins", "{{ range(10000)|join('x' * 10000) }}"],
    ["formats by percent", "{{ '%1000000000d' % 5 }}"],
    ["formats by a star", "{{ '%*d' % (10**9, 5) }}"],
    ["formats by braces", "{{ '{:1000000000}'.format(5) }}"],
    ["expands tabs", "{{ '\\t'.expandtabs(10**9) }}"],
    ["batches", "{{ [1]|batch(10**9, 0)|list }}"],
    ["slices", "{{ [1]|slice(10**9)|list }}"],
    ["calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"],
    [
      "calls itself by call",
      "{% macro m() %}{% if caller %}{% endif %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}",
    ],
    [
      "recurs in a loop",
      "{% set l = [1] %}{{ l.append(l) or '' }}{% for i in [l] recursive %}{{ loop([i]) }}{% endfor %}",
    ],
    ["follows a list that grows", "{% set l = [1] %}{% for i in l %}{{ l.append(i) or '' }}{% endfor %}"],
    ["extends a list by itself", "{% set l = [1] %}{% for i in range(60) %}{{ l.extend(l) or '' }}{% endfor %}"],
    ["sums far", "{{ range(10**9)|sum }}"],
    ["searches far", "{{ 'x' in range(10**9)|map('string') }}"],
    ["prints much", "{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}"],
    ["escapes much", "{% set n = namespace(v='<' * 1000000) %}{{ n.v|e }}{{ n.v|e|forceescape }}"],
    ["splits much", "{% for i in range(100000) %}{{ ('a ' * 100000).split()|length }}{% endfor %}"],
  ])("when it %s", (_what, source) => {
    const start = performance.now();
    expect(() => render(source)).toThrowError(failsWith("limit-exceeded"));
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it("that the caller chooses", () => {
    const loop = "{% for i in range(50) %}x{% endfor %}";
    expect(render(loop, {}, { maxSteps: 1_000 })).toHaveLength(50);
    expect(() => render(loop, {}, { maxSteps: 20 })).toThrowError(failsWith("limit-exceeded"));
    expect(() => render(loop, {}, { maxOutputCharacters: 20 })).toThrowError(failsWith("limit-exceeded"));
    const recursion = "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(9) }}";
    expect(render(recursion, {}, { maxDepth: 20 })).toBe("");
    expect(() => render(recursion, {}, { maxDepth: 5 })).toThrowError(failsWith("limit-exceeded"));
  });

  it("when it is nested too deep to read", () => {
    expect(() => compileTemplate(`{{ ${"(".repeat(5_000)}1${")".repeat(5_000)} }}`)).toThrowError(
      failsWith("unsupported"),
    );
    expect(() => compileTemplate(`{{ ${"-".repeat(5_000)}1 }}`)).toThrowError(failsWith("unsupported"));
    expect(() => compileTemplate(`{{ ${"not ".repeat(5_000)}1 }}`)).toThrowError(failsWith("unsupported"));
    expect(() => compileTemplate("{% if x %}".repeat(5_000))).toThrowError(failsWith("unsupported"));
    expect(() => render(`{{ ${"1 + ".repeat(50_000)}1 }}`)).toThrowError(failsWith("limit-exceeded"));
    expect(() => render(`{{ x${".a".repeat(50_000)} }}`)).toThrowError(failsWith("limit-exceeded"));
  });
});
