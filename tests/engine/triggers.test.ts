import { expect, it } from "vitest";
import { appText, end, start, template, text } from "../support/app-text.ts";
import { runApp } from "../support/run-app.ts";

const schedule = { id: "clock", type: "trigger-schedule", mode: "cron", cron_expression: "30 8 * * *" };
const webhook = { id: "hook", type: "trigger-webhook", body: [{ name: "order", type: "string", required: true }] };

it("begins at a trigger where there is no form", async () => {
  const nodes = [schedule, template("say", "Good morning"), end("end", { said: ["say", "output"] })];
  const run = await runApp(appText("workflow", nodes, ["clock>say", "say>end"]));
  expect(run).toMatchObject({ status: "succeeded", outputs: { said: "Good morning" }, path: ["clock", "say", "end"] });
});

it("begins at one root only, and skips the others with what they alone lead to", async () => {
  const nodes = [
    start([text("name")]),
    webhook,
    template("ofHook", "from outside"),
    {
      id: "who",
      type: "variable-aggregator",
      variables: [
        ["hook", "order"],
        ["ofHook", "output"],
        ["start", "name"],
      ],
    },
    end("end", { who: ["who", "output"] }),
  ];
  const edges = ["start>who", "hook>ofHook", "ofHook>who", "who>end"];
  const run = await runApp(appText("workflow", nodes, edges), { inputs: { name: "Ada" } });
  expect(run).toMatchObject({ status: "succeeded", outputs: { who: "Ada" }, path: ["start", "who", "end"] });
});

it("refuses a trigger that could never begin a run", async () => {
  const broken = { ...schedule, cron_expression: "at eight" };
  await expect(runApp(appText("workflow", [broken], []))).rejects.toThrow(/cron_expression: must have five fields/);
});
