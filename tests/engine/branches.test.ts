import { describe, expect, it } from "vitest";
import { appText, end, ifElse, start, template, text } from "../support/app-text.ts";
import { runApp } from "../support/run-app.ts";

describe("branches", () => {
  const forked = appText(
    "workflow",
    [
      start([text("kind")]),
      ifElse("if", ["start", "kind"], "is", "a"),
      template("left", "L"),
      template("right", "R"),
      template("join", "{{ l }}{{ r }}", { l: ["left", "output"], r: ["right", "output"] }),
      end("end", { joined: ["join", "output"], r: ["right", "output"] }),
    ],
    ["start>if", "if:yes>left", "if:false>right", "left>join", "right>join", "join>end"],
  );

  it("run a join once, when the live branch has come and the dead one is skipped", async () => {
    expect((await runApp(forked, { inputs: { kind: "a" } })).path).toEqual(["start", "if", "left", "join", "end"]);
    const other = await runApp(forked, { inputs: { kind: "b" } });
    expect(other.path).toEqual(["start", "if", "right", "join", "end"]);
    expect(other.outputs).toEqual({ joined: "NoneR", r: "R" });
  });

  it("end quietly at a handle without an edge", async () => {
    const source = appText(
      "workflow",
      [start(), ifElse("if", ["sys", "user_id"], "is", "nobody"), template("yes", "x")],
      ["start>if", "if:yes>yes"],
    );
    expect(await runApp(source)).toMatchObject({ status: "succeeded", path: ["start", "if"] });
  });

  it("run all edges of one handle, and wait for all of them at a join", async () => {
    const source = appText(
      "workflow",
      [
        start(),
        ifElse("if", ["sys", "user_id"], "is", "ada"),
        template("a", "A"),
        template("b", "B"),
        template("dead", "D"),
        end("end", { a: ["a", "output"], b: ["b", "output"], dead: ["dead", "output"] }),
      ],
      ["start>if", "if:yes>a", "if:yes>b", "if:false>dead", "a>end", "b>end", "dead>end"],
    );
    expect(await runApp(source)).toMatchObject({
      path: ["start", "if", "a", "b", "end"],
      outputs: { a: "A", b: "B", dead: null },
    });
  });

  it("come together in an aggregator, which takes the first that is there", async () => {
    const source = appText(
      "workflow",
      [
        start([text("kind")]),
        ifElse("if", ["start", "kind"], "is", "a"),
        template("left", ""),
        template("right", "R"),
        {
          id: "pick",
          type: "variable-aggregator",
          output_type: "string",
          variables: [
            ["left", "output"],
            ["right", "output"],
          ],
        },
        {
          id: "groups",
          type: "variable-assigner",
          variables: [],
          advanced_settings: {
            group_enabled: true,
            groups: [
              {
                group_name: "G",
                output_type: "string",
                variables: [
                  ["nowhere", "x"],
                  ["right", "output"],
                ],
              },
              { group_name: "none", output_type: "string", variables: [["nowhere", "x"]] },
            ],
          },
        },
        end("end", { picked: ["pick", "output"], grouped: ["groups", "G", "output"], none: ["groups", "none"] }),
      ],
      ["start>if", "if:yes>left", "if:false>right", "left>pick", "right>pick", "pick>groups", "groups>end"],
    );
    expect((await runApp(source, { inputs: { kind: "a" } })).outputs).toEqual({
      picked: "",
      grouped: null,
      none: null,
    });
    expect((await runApp(source, { inputs: { kind: "b" } })).outputs).toEqual({
      picked: "R",
      grouped: "R",
      none: null,
    });
  });

  it("skip a step that is switched off, which counts as done", async () => {
    const source = appText(
      "workflow",
      [start(), template("off", "x", {}, { diwan: { disabled: true } }), end("end", { x: ["off", "output"] })],
      ["start>off", "off>end"],
    );
    expect(await runApp(source)).toMatchObject({
      status: "succeeded",
      outputs: { x: null },
      path: ["start", "off", "end"],
    });
  });
});
