import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type ModelServer, startHttpServer, startModelServer, words } from "@diwan/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start, template, text } from "../support/app-text.ts";
import { diwan } from "../support/diwan.ts";
import { projectRoot } from "../support/installation.ts";

let folder: string;
let model: ModelServer;

/** Writes a file into the tests' folder. */
function file(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

let greeting: string;
let asking: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "diwan-cli-"));
  model = await startModelServer(({ body }) => ({
    text: words(`Re: ${JSON.stringify(body["messages"])}`.slice(0, 40)),
  }));
  greeting = file(
    "greeting.yml",
    appText(
      "workflow",
      [
        start([text("name", { required: true }), { variable: "n", type: "number", label: "N" }]),
        template("t", "{{ greeting }} {{ name }} {{ n }}", {
          greeting: ["env", "GREETING"],
          name: ["start", "name"],
          n: ["start", "n"],
        }),
        end("end", { text: ["t", "output"] }),
      ],
      ["start>t", "t>end"],
      { environment_variables: [{ id: "g", name: "GREETING", value_type: "string", value: "Hello" }] },
    ),
  );
  asking = file(
    "asking.yml",
    appText(
      "advanced-chat",
      [start(), llm("ask", "{{#sys.query#}}"), { id: "a", type: "answer", answer: "{{#ask.text#}}" }],
      ["start>ask", "ask>a"],
    ),
  );
});
afterAll(async () => {
  await model[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe.concurrent("diwan check", () => {
  it("says nothing of good files and exits with 0", async () => {
    const template = join(projectRoot, "examples/templates/support-reply.yml");
    expect(await diwan(["check", greeting, template])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("prints a line for each problem, FILE:LINE: severity code node: message, and exits with 1", async () => {
    const broken = file(
      "broken.yml",
      "version: 0.6.0\napp: {mode: workflow, name: B}\nworkflow:\n  graph:\n    nodes:\n    - {id: a, data: {type: start}}\n    - id: c\n      data:\n        title: Compute\n        type: agent\n    edges:\n    - {source: a, target: c}\n",
    );
    const { code, stdout, stderr } = await diwan(["check", broken, greeting]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(new RegExp(`^${broken}:10: error app.step-not-runnable c: Step "Compute"`)),
    ]);
  });

  it("exits with 2 for what cannot be read, and still checks the rest", async () => {
    const yaml = file("torn.yml", "a: [1\nb: 2\n");
    const { code, stdout } = await diwan(["check", yaml, join(folder, "missing.yml"), folder]);
    expect(code).toBe(2);
    expect(stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/torn\.yml:2: error app\.file-not-yaml -: Line 2, column/),
      expect.stringMatching(/missing\.yml:1: error file-unreadable -: .*there is no such file/),
      expect.stringMatching(/: error file-unreadable -: .*it is a folder/),
    ]);
  });
});

describe.concurrent("diwan run", () => {
  it("prints a single text as it is, whole numbers whole and floats as floats", async () => {
    const { code, stdout, stderr } = await diwan(["run", greeting, "--inputs", '{"name": "Ada", "n": 2.0}']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "Hello Ada 2.0\n", stderr: "" });
  });

  it("takes inputs from a file, and values for environment variables", async () => {
    const inputs = file("inputs.json", '{"name": "سلمى", "n": 3}');
    const { code, stdout } = await diwan(["run", greeting, "--inputs", `@${inputs}`, "--env", "GREETING=a=b ,"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "a=b , سلمى 3\n" });
  });

  it("prints one object for scripts", async () => {
    const { code, stdout } = await diwan(["run", greeting, "--inputs", '{"name": "Ada"}', "--output", "json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      run_id: expect.any(String),
      status: "succeeded",
      outputs: { text: "Hello Ada None" },
      answer: null,
      error: null,
      elapsed_ms: expect.any(Number),
      total_tokens: 0,
      total_steps: 3,
      steps: ["start", "t", "end"].map((node_id, place) =>
        expect.objectContaining({
          node_id,
          index: place + 1,
          status: "succeeded",
          error: null,
          inputs: expect.any(Object),
        }),
      ),
    });
  });

  it("prints events a line each, with the names of the service API", async () => {
    const { code, stdout } = await diwan([
      "run",
      asking,
      "--query",
      "why?",
      "--output",
      "events",
      "--model-endpoint",
      model.url,
    ]);
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.at(0)).toMatchObject({ event: "workflow_started" });
    expect(events.slice(-2)).toMatchObject([
      { event: "message_end" },
      { event: "workflow_finished", data: { status: "succeeded" } },
    ]);
    expect(events.flatMap(({ event, answer }) => (event === "message" ? [answer] : [])).join("")).toMatch(/^Re: .*why/);
  });

  it("asks a model with the key of the environment, and answers a replay without any network", async () => {
    const recording = join(folder, "recording");
    const environment = { OPENAI_API_KEY: "sk-from-environment" };
    const args = ["run", asking, "--query", "record me"];
    const live = await diwan([...args, "--model-endpoint", model.url, "--record", recording], environment);
    expect(live).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(recording)).toEqual(["recording.json"]);
    const seen = model.requests.filter(({ body }) => JSON.stringify(body).includes("record me"));
    expect(seen.map(({ headers }) => headers["authorization"])).toEqual(["Bearer sk-from-environment"]);

    const replayed = await diwan([...args, "--replay", recording]);
    expect(replayed).toEqual(live);
    const other = await diwan(["run", asking, "--query", "something else", "--replay", recording]);
    expect(other).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/Step ask: .*not asked in the recorded run \(model\)/),
    });
    expect(model.requests.filter(({ body }) => /record me|something else/.test(JSON.stringify(body)))).toHaveLength(1);
  });

  it("replays HTTP steps, the clock and what went in too, and reaches nothing", async () => {
    await using shop = await startHttpServer();
    const environment = { DIWAN_EGRESS_ALLOW_PRIVATE: "127.0.0.1" };
    const order = (name: string, path: string) =>
      file(
        name,
        appText(
          "workflow",
          [
            start([text("item", { required: true })]),
            {
              id: "post",
              type: "http-request",
              method: "post",
              url: `${shop.url}${path}`,
              authorization: { type: "no-auth" },
              headers: "",
              params: "",
              body: {
                type: "form-data",
                data: [{ key: "item", type: "text", value: "{{#start.item#}} {{#sys.workflow_run_id#}}" }],
              },
              timeout: {},
            },
            end("end", {
              status: ["post", "status_code"],
              body: ["post", "body"],
              run: ["sys", "workflow_run_id"],
              at: ["sys", "timestamp"],
            }),
          ],
          ["start>post", "post>end"],
        ),
      );
    const recording = join(folder, "orders");
    const app = order("order.yml", "/orders");
    const given = ["--inputs", '{"item": "tea"}'];
    const live = await diwan(["run", app, ...given, "--record", recording], environment);
    expect(live).toMatchObject({ code: 0, stderr: "" });
    expect(shop.requests).toHaveLength(1);

    expect(await diwan(["run", app, ...given, "--replay", recording], environment)).toEqual(live);
    expect(await diwan(["run", app, "--replay", recording], environment)).toEqual(live);
    const unrecorded = {
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/Step post: .*not asked .*\(http\).*Run it/),
    };
    const other = ["--inputs", '{"item": "ink"}'];
    expect(await diwan(["run", app, ...other, "--replay", recording], environment)).toEqual(unrecorded);
    const elsewhere = order("elsewhere.yml", "/elsewhere");
    expect(await diwan(["run", elsewhere, "--replay", recording], environment)).toEqual(unrecorded);
    expect(shop.requests).toHaveLength(1);
  });

  it("hands files to fields, several to a list", async () => {
    const notes = file("notes.txt", "notes");
    const picture = file("picture.PNG", "not really");
    const app = file(
      "files.yml",
      appText(
        "workflow",
        [
          start([
            { variable: "one", type: "file", label: "One" },
            { variable: "many", type: "file-list", label: "Many", max_length: 2 },
          ]),
          end("end", { one: ["start", "one"], many: ["start", "many"], size: ["start", "one", "size"] }),
        ],
        ["start>end"],
      ),
    );
    const given = ["--file", `one=${notes}`, "--file", `many=${notes}`, "--file", `many=${picture}`];
    const { code, stdout } = await diwan(["run", app, "--output", "json", ...given]);
    expect(code).toBe(0);
    const { outputs } = JSON.parse(stdout) as { outputs: Record<string, unknown> };
    expect(outputs).toMatchObject({
      one: { filename: "notes.txt", type: "document", url: pathToFileURL(notes).href },
      many: [{ type: "document" }, { type: "image", extension: ".PNG" }],
      size: 5,
    });
    expect((await diwan(["run", app, "--file", `one=${join(folder, "none.txt")}`])).code).toBe(2);
  });

  it("runs the demo model without key and network", async () => {
    const sample = join(projectRoot, "examples/templates/document-questions.yml");
    const inputs = JSON.stringify({ document: "A lease.", length: "short" });
    const { code, stdout } = await diwan(["run", sample, "--inputs", inputs]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/demo answer/) });
  });

  it("exits with 1 for a run that fails, naming step and cause, with the whole story as JSON", async () => {
    const app = file("zero.yml", appText("workflow", [start(), template("t", "{{ 1/0 }}")], ["start>t"]));
    expect(await diwan(["run", app])).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^Step t: .*zero/),
    });
    const { code, stdout } = await diwan(["run", app, "--output", "json"]);
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 1,
      status: "failed",
      error: { node_id: "t", message: expect.stringContaining("zero"), code: expect.any(String) },
    });
  });

  it("exits with 1 when the model cannot be reached, and says where it looked", async () => {
    const { code, stderr } = await diwan(["run", asking, "--query", "x", "--model-endpoint", "http://127.0.0.1:9/v1"]);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Step ask: .*(cannot be reached|could not answer)/),
    });
  });

  it.each<[string, () => string[], RegExp]>([
    ["no file", () => [], /Name one app file.*\nUsage: diwan run/],
    ["a file that is not there", () => [join(folder, "gone.yml")], /gone\.yml cannot be read: there is no such file/],
    ["a chat without a message", () => [asking], /say something to it with --query/],
    ["inputs that are no JSON", () => [greeting, "--inputs", "{name: Ada}"], /--inputs is not valid JSON/],
    ["a required input left out", () => [greeting], /name is required in input form/],
    ["an unknown kind of output", () => [greeting, "--output", "xml"], /--output is json, events or text, not "xml"/],
    ["both of record and replay", () => [greeting, "--record", folder, "--replay", folder], /--record or --replay/],
    [
      "a place where nothing can be recorded",
      () => [greeting, "--record", greeting],
      /Nothing can be recorded in .*EEXIST/,
    ],
    ["a folder without recording", () => [greeting, "--replay", folder], /recording\.json cannot be read: there is no/],
    [
      "a recording that is none",
      () => [greeting, "--replay", dirname(file("torn/recording.json", "{}"))],
      /recording\.json is no recording.*--record/,
    ],
    ["an option that nobody knows", () => [greeting, "--verbose"], /--verbose/],
    ["a file that is no app", () => [file("list.yml", "- 1\n- 2\n")], /no app file/],
    [
      "an app with steps of a later release",
      () => [join(projectRoot, "tests/app-files/__fixtures__/plugin-tool.yml")],
      /Line \d+: .*"tool", which cannot run yet/,
    ],
    [
      "a chatbot without a graph",
      () => [join(projectRoot, "tests/app-files/__fixtures__/chatbot-config.yml")],
      /mode "chat" come with a later release/,
    ],
  ])("exits with 2 for %s", async (_, args, sentence) => {
    const { code, stdout, stderr } = await diwan(["run", ...args()]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe.concurrent("diwan", () => {
  it("lists its commands, and each command its options", async () => {
    const overview = await diwan(["--help"]);
    expect(overview.code).toBe(0);
    for (const name of ["start", "run", "check", "import", "export", "key"])
      expect(overview.stdout).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(await diwan(["run", "--help"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("--model-endpoint URL"),
    });
  });

  it("exits with 2 without a command, and for one that it does not have", async () => {
    expect((await diwan([])).code).toBe(2);
    expect(await diwan(["fly"])).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/no command "fly".*check/),
    });
  });
});
