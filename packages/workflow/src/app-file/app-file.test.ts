import { expect, it } from "vitest";
import { Float, isObject, type ObjectValue, type Value } from "../values/index.ts";
import { exportAppFile, readAppFile, readYaml, sentenceOf, writeYaml } from "./index.ts";

function appFile(rest: string, version = '"0.6.0"'): string {
  return `version: ${version}\nkind: app\napp:\n  name: Greeter\n  mode: workflow\n${rest}`;
}

const minimal = `workflow:
  graph:
    nodes:
      - {id: "1", data: {type: start, title: Start, variables: []}}
      - {id: "2", data: {type: end, title: End, outputs: []}}
    edges:
      - {source: "1", target: "2"}
`;

function nodesIn(document: ObjectValue): ObjectValue[] {
  const graph = (document["workflow"] as ObjectValue)["graph"] as ObjectValue;
  return graph["nodes"] as ObjectValue[];
}

function problemsOf(text: string): string[] {
  return readAppFile(text).problems.map((problem) => `${problem.code} ${sentenceOf(problem)}`);
}

it("reads YAML as Python does: numbers keep their kind, and words like yes are true", () => {
  const { value } = readYaml(
    "a: 5\nb: 5.0\nc: 1.0e+3\nd: yes\ne: '5'\nf: ~\ng: 0x1F\nh: 12345678901234567890\ni: 2024-01-02\n",
  );
  expect(value).toEqual({
    a: 5,
    b: new Float(5),
    c: new Float(1000),
    d: true,
    e: "5",
    f: null,
    g: 31,
    h: 12345678901234567890n,
    i: "2024-01-02",
  });
});

it.each([
  ["08:30", "08:30"],
  ["8:30", 510],
  ["0912345678", "0912345678"],
  ["0123", 83],
  ["08", "08"],
  ["1e3", "1e3"],
  ["1.0e3", "1.0e3"],
  ["1.5e+3", new Float(1500)],
  ["-1.", new Float(-1)],
  [".5", 0.5],
  ["1_000", 1000],
  ["-0x1F", -31],
  ["0o17", "0o17"],
  ["12:30.5", 750.5],
  ["y", "y"],
  ["N", "N"],
  ["Off", false],
  ["yEs", "yEs"],
  ["-.INF", Number.NEGATIVE_INFINITY],
  ["", null],
  ["NULL", null],
  ["!!str 5", "5"],
])("takes %s without quotes as Python's loader does", (text, value) => {
  expect(readYaml(`a: ${text}\n`).value).toEqual({ a: value });
});

it("writes what it read, whatever it looks like", () => {
  const value: Value = {
    text: [
      "yes",
      "5",
      "5.0",
      "null",
      "1:30",
      "2024-01-02",
      "",
      " padded ",
      "multi\nline\n",
      "نص",
      "0x1F",
      "a: b",
      "# c",
      "=",
      "~",
      "08:30",
      "0912345678",
      "1e3",
      "n",
      "<<",
      "one\ttab",
      "line\u2028separator",
    ],
    numbers: [5, new Float(5), 0.1, 1e-7, new Float(1e22), -3, 12345678901234567890n],
    nested: { list: [], map: {}, flag: false, nothing: null, ["__proto__"]: "own" },
  };
  expect(readYaml(writeYaml(value)).value).toEqual(value);
  expect(writeYaml(value)).not.toContain("%YAML");
});

it("takes an app file and keeps keys that it does not know", () => {
  const { file, verdict, problems } = readAppFile(appFile(`${minimal}x_future: {a: 1.0, b: [yes, "yes"]}\n`));
  expect(problems).toEqual([]);
  expect(verdict).toBe("completed-with-warnings");
  expect(file?.face.name).toBe("Greeter");
  expect(file?.document["x_future"]).toEqual({ a: new Float(1), b: [true, "yes"] });
  expect(readAppFile(exportAppFile(file!.document, { includeSecrets: false })).file?.document["x_future"]).toEqual(
    file?.document["x_future"],
  );
});

it("takes a file without a version as 0.1.0, and a number as a mistake", () => {
  expect(readAppFile(appFile(minimal).replace(/^version.*\n/, "")).version).toBe("0.1.0");
  expect(problemsOf(appFile(minimal, "0.6"))[0]).toMatch(/^app.version-type Line 1: .*quotes/);
});

it("asks before it takes a newer minor version, and refuses a newer major one", () => {
  expect(readAppFile(appFile(minimal, '"0.9.0"'))).toMatchObject({ verdict: "pending", problems: [] });
  expect(problemsOf(appFile(minimal, '"1.0.0"'))[0]).toMatch(/^app.file-too-new Line 1: .*version 1.0.0/);
  expect(problemsOf(appFile(minimal, '"new"'))[0]).toMatch(/^app.version-invalid Line 1:/);
});

it.each([
  ["nothing", "  \n", /is empty/],
  ["no YAML", "app: [1, 2\nmode: x", /Line 2, column \d+: this is not valid YAML/],
  ["no mapping", "just some words", /no app file: it has no keys/],
  ["no app", "version: '0.6.0'\nworkflow: {}", /no app file. It has no `app` section/],
  ["no mode", "app: {name: x}", /does not say what kind/],
  ["an unknown mode", "app: {mode: channel}", /"channel": a retired kind of app/],
  ["no workflow", "app: {mode: workflow}", /needs a `workflow` section/],
  ["no steps", "app: {mode: workflow}\nworkflow: {graph: {nodes: [], edges: []}}", /has no steps/],
  ["5 MB and more of text", `app: ${"x".repeat(6_000_000)}`, /has 6.0 MB; app files may have at most 5 MB/],
  ["a million values", `app: [${"x, ".repeat(600_000)}]`, /holds more values than an app could/],
  ["very deep nesting", `app: ${"[".repeat(200_000)}`, /nested too deeply/],
  ["deep nesting", `app: ${"[".repeat(500)}${"]".repeat(500)}`, /nested too deeply/],
])("answers %s with a sentence", (_, text, sentence) => {
  const say = () => {
    const [problem] = readAppFile(text).problems;
    throw new Error(problem === undefined ? "no problem" : sentenceOf(problem));
  };
  expect(say).toThrow(sentence);
});

it("is not caught by aliases that unfold to billions of values", () => {
  let bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (let level = 1; level < 12; level += 1) {
    bomb += `a${level}: &a${level} [${Array(10)
      .fill(`*a${level - 1}`)
      .join(", ")}]\n`;
  }
  expect(() => readAppFile(bomb)).toThrow(/aliases .* unfold to more than an app could hold/);
  expect(() => readAppFile("a: &a [*a]\n")).toThrow(/aliases|nested/);
});

it("unfolds the aliases of an honest file", () => {
  expect(readYaml("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n").value).toEqual({
    a: { b: 1 },
    c: { b: 1 },
    d: { b: 1, e: 2 },
  });
});

it("names the line of an unknown step, an edge to nowhere, a circle and an id used twice", () => {
  const broken = appFile(`workflow:
  graph:
    nodes:
      - {id: "1", data: {type: start, title: Start}}
      - id: "2"
        data:
          title: Odd
          type: teleport
      - {id: "3", data: {type: template-transform, title: A, template: a}}
      - {id: "4", data: {type: template-transform, title: B, template: b}}
      - {id: "4", data: {type: end, title: End, outputs: []}}
    edges:
      - {source: "1", target: "9"}
      - {source: "3", target: "4"}
      - {source: "4", target: "3"}
`);
  const problems = problemsOf(broken);
  expect(problems).toContainEqual(
    expect.stringMatching(/^app.unknown-step-type Line 13: Step "Odd" is of type "teleport"/),
  );
  expect(problems).toContainEqual(expect.stringMatching(/^app.edge-to-nowhere Line 18: An edge leads to "9"/));
  expect(problems).toContainEqual(
    expect.stringMatching(/^app.graph-circle Line 17: The steps "3" → "4" → "3" form a circle/),
  );
  expect(problems).toContainEqual(expect.stringMatching(/^app.step-id-twice Line 16: Two steps have the id "4"/));
  expect(readAppFile(broken).file).toBeUndefined();
});

it("keeps steps of a newer release as steps it does not know", () => {
  const text = appFile(minimal.replace("type: end", "type: teleport"), '"0.8.0"');
  const { file, problems } = readAppFile(text);
  expect(problems).toMatchObject([{ severity: "warning", code: "app.unknown-step-type", nodeId: "2" }]);
  expect(file).toBeDefined();
});

it("gives a container of a first-generation file its start marker", () => {
  const { file } = readAppFile(
    appFile(
      `workflow:
  graph:
    nodes:
      - {id: "1", data: {type: start, title: Start}}
      - {id: "2", data: {type: iteration, title: Each, start_node_id: "3"}}
      - {id: "3", parentId: "2", data: {type: llm, title: Ask, iteration_id: "2", isInIteration: true, model: {provider: openai, name: gpt-4o, mode: chat}}}
    edges: [{source: "1", target: "2"}]
`,
      '"0.1.0"',
    ),
  );
  const nodes = nodesIn(file!.document);
  expect(nodes[1]?.["data"]).toMatchObject({
    start_node_id: "2start",
    is_parallel: false,
    error_handle_mode: "terminated",
  });
  expect(nodes[3]).toMatchObject({
    id: "2start",
    parentId: "2",
    data: { type: "iteration-start", isInIteration: true },
  });
  expect(file?.workflow?.graph.edges).toContainEqual({ source: "2start", sourceHandle: "source", target: "3" });
  expect(nodes[2]?.["data"]).toMatchObject({ model: { provider: "langgenius/openai/openai" } });
  expect(file?.document["dependencies"]).toEqual([
    {
      current_identifier: null,
      type: "marketplace",
      value: { marketplace_plugin_unique_identifier: "langgenius/openai" },
    },
  ]);
});

it("turns the one case of a first-generation if-else into a list of cases", () => {
  const { file } = readAppFile(
    appFile(
      minimal.replace(
        "data: {type: end, title: End, outputs: []}",
        "data: {type: if-else, logical_operator: or, conditions: []}",
      ),
    ),
  );
  expect(nodesIn(file!.document)[1]?.["data"]).toEqual({
    type: "if-else",
    cases: [{ case_id: "true", logical_operator: "or", conditions: [] }],
  });
});

it("exports in the order readers expect, without secrets and credentials", () => {
  const text = appFile(`dependencies: []
workflow:
  environment_variables:
    - {id: e1, name: KEY, value_type: secret, value: sk-123}
  graph:
    nodes:
      - {id: "1", data: {type: start, title: Start}}
      - {id: "2", data: {type: tool, title: T, provider_id: a/b/c, credential_id: cred-1, tool_configurations: {proxy: null, n: 5}}}
      - {id: "3", data: {type: trigger-webhook, title: W, webhook_url: "http://x"}}
    edges: []
`);
  const { document } = readAppFile(text).file!;
  const exported = exportAppFile(document, { includeSecrets: false });
  expect(exported.match(/^\w+/gm)).toEqual(["version", "kind", "app", "workflow", "dependencies"]);
  expect(exported).not.toMatch(/sk-123|cred-1|http:\/\/x/);
  expect(exportAppFile(document, { includeSecrets: true })).toContain("sk-123");
  const again = readAppFile(exported).file!;
  expect(nodesIn(again.document)[1]?.["data"]).toMatchObject({
    tool_configurations: { n: { type: "constant", value: 5 } },
  });
  expect(isObject(again.document)).toBe(true);
});

it("exports a file of a higher version under that version", () => {
  const { document } = readAppFile(appFile(minimal, '"0.7.0"')).file!;
  expect(exportAppFile(document, { includeSecrets: false })).toMatch(/^version: 0\.7\.0$/m);
});

it("tells what is missing in a declared variable", () => {
  const text = appFile(
    minimal.replace("workflow:\n", "workflow:\n  environment_variables: [{name: A, value_type: string}]\n"),
  );
  expect(problemsOf(text)[0]).toMatch(/^app.variable-invalid Line 7: Variable "A" has no value/);
});
