import { memoryRunFiles } from "@diwan/testkit";
import { describe, expect, it } from "vitest";
import { appText, end, iteration, loop, start, template, text } from "../support/app-text.ts";
import { runApp } from "../support/run-app.ts";

const object = { variable: "in", type: "json_object" };
const file = { variable: "doc", type: "file" };

/** What a run ends with: a status, and the sentence of the step to blame. */
const ending = async (...given: Parameters<typeof runApp>) => {
  const { status, error } = await runApp(...given);
  return { status, code: error?.code, message: error?.message, node: error?.nodeId };
};

const extract = (rest: object = {}) =>
  appText(
    "workflow",
    [
      start([file]),
      { id: "read", type: "document-extractor", variable_selector: ["start", "doc"], is_array_file: false, ...rest },
      end("end", { text: ["read", "text"] }),
    ],
    ["start>read", "read>end"],
  );

describe("a step that is given what nobody can work with fails with a sentence, and the run ends", () => {
  it.each([
    ["counts for ever", "{% for i in range(1000000000) %}x{% endfor %}"],
    ["grows for ever", "{% for a in range(10000) %}{% for b in range(10000) %}xxxxxxxxxx{% endfor %}{% endfor %}"],
    ["calls itself", "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}"],
    ["multiplies a text", "{{ 'x' * 1000000000 }}"],
    ["raises to a power", "{{ 10 ** 10000000 }}"],
  ])("a template that %s", async (_what, source) => {
    const run = await ending(appText("workflow", [start(), template("t", source)], ["start>t"]));
    expect(run).toMatchObject({ status: "failed", node: "t" });
    expect(run.message).toMatch(/^Template|^Render|output|large|limit|deep|steps/i);
  });

  it("a list of a million items, in an iteration", async () => {
    const list = Array.from({ length: 1_000_000 }, (_, place) => place);
    const source = appText(
      "workflow",
      [
        start([object]),
        ...iteration(
          "each",
          ["start", "in", "list"],
          ["t", "output"],
          [template("t", "{{ i }}", { i: ["each", "item"] })],
        ),
      ],
      ["start>each", "eachstart>t"],
    );
    expect(await ending(source, { inputs: { in: { list } as never } })).toMatchObject({
      status: "failed",
      node: "each",
      message: expect.stringMatching(/has 1000000 items, and 100000 are the most/),
    });
    const fewer = await ending(source, { inputs: { in: { list: list.slice(0, 100_000) } as never } });
    expect(fewer).toMatchObject({ status: "failed", code: "run.step-limit" });
  });

  it("a list of a million items, in a list operator: it is filtered", async () => {
    const list = Array.from({ length: 1_000_000 }, (_, place) => place);
    const source = appText(
      "workflow",
      [
        start([object]),
        {
          id: "filter",
          type: "list-operator",
          variable: ["start", "in", "list"],
          var_type: "array[number]",
          filter_by: { enabled: true, conditions: [{ comparison_operator: "<", value: "3" }] },
          order_by: { enabled: true, key: "", value: "desc" },
          extract_by: { enabled: false, serial: "1" },
          limit: { enabled: false, size: 10 },
        },
        end("end", { result: ["filter", "result"] }),
      ],
      ["start>filter", "filter>end"],
    );
    expect(await runApp(source, { inputs: { in: { list } as never } })).toMatchObject({
      outputs: { result: [2, 1, 0] },
    });
  });

  it("a loop that never ends by itself", async () => {
    const rounds = (count: number) =>
      appText("workflow", [start(), ...loop("rounds", count, [template("t", "x")])], ["start>rounds", "roundsstart>t"]);
    expect(await ending(rounds(100_000))).toMatchObject({ status: "failed", code: "run.step-limit" });
    await expect(runApp(rounds(1_000_000))).rejects.toThrow(/loop_count/);
  });

  it("JSON that is nested a thousand levels deep", async () => {
    const files = memoryRunFiles();
    const doc = files.add("deep.json", `${"[".repeat(1000)}${"]".repeat(1000)}`, { extension: ".json" });
    expect(await ending(extract(), { inputs: { doc }, ports: { files } })).toMatchObject({
      status: "failed",
      node: "read",
      message: expect.stringMatching(/levels/),
    });
  });

  it("text that is no UTF-8: it is read as well as it can be", async () => {
    const files = memoryRunFiles();
    const doc = files.add("bytes.txt", Uint8Array.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0xff, 0xfe, 0x00, 0x80]), {
      extension: ".txt",
    });
    const run = await runApp(extract(), { inputs: { doc }, ports: { files } });
    expect(run.status).toBe("succeeded");
    expect(run.outputs["text"]).toContain("caf");
  });

  it("a file larger than the limit", async () => {
    const files = memoryRunFiles();
    const doc = files.add("large.txt", new Uint8Array(16 * 1024 * 1024).fill(97), { extension: ".txt" });
    expect(await ending(extract(), { inputs: { doc }, ports: { files } })).toMatchObject({
      status: "failed",
      node: "read",
      message: expect.stringMatching(/too large|larger/),
    });
  });

  it("a pattern that explodes, in a schema of the start step", async () => {
    const schema = JSON.stringify({ type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } });
    const source = appText("workflow", [start([{ ...object, json_schema: schema }])], []);
    const run = await ending(source, { inputs: { in: { a: `${"a".repeat(40)}!` } as never } });
    expect(run).toMatchObject({ status: "failed", node: "start" });
  });

  it("numbers beyond 2^53 stay what they are", async () => {
    const source = appText(
      "workflow",
      [
        start([{ variable: "n", type: "number" }, text("t")]),
        template("t", "{{ n + 1 }}", { n: ["start", "n"] }),
        end("end", { next: ["t", "output"], same: ["start", "n"] }),
      ],
      ["start>t", "t>end"],
    );
    const run = await runApp(source, { inputs: { n: "9007199254740993" } });
    expect(run.outputs).toEqual({ next: "9007199254740994", same: 9007199254740993n });
  });
});
