import type { PauseAnswer, PauseReason } from "@diwan/contracts";
import type { Outcome, Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { poolOf } from "../test-support/run-node.ts";
import { humanInputNode } from "./human-input.node.ts";

const paragraph = { type: "paragraph", output_variable_name: "note" };
const data = {
  form_content: "Order {{#start.what#}}? {{#$output.note#}} {{#$output.papers#}}",
  inputs: [paragraph, { type: "file-list", output_variable_name: "papers" }],
  user_actions: [{ id: "yes", title: "Yes, please", button_style: "primary" }],
};
const file = { dify_model_identity: "__dify__file__", type: "document", filename: "a.md" } as Value;

async function run(rest: object = {}, answer?: PauseAnswer): Promise<Outcome> {
  return humanInputNode.run(
    {
      nodeId: "step",
      title: "Ask",
      settings: humanInputNode.settings.parse({ ...data, ...rest }) as never,
      variables: poolOf({ start: { what: "tea", choices: ["now", "later"] } }),
      signal: new AbortController().signal,
      emit: () => {},
      stepId: "step-1",
      attempt: 1,
      attemptId: "step-1-1",
      answer,
      now: () => 1_000,
      random: () => 0,
    },
    { forms: { newToken: () => "token" } } as never,
  );
}

async function reason(rest: object = {}): Promise<PauseReason> {
  const outcome = await run(rest);
  if (outcome.status !== "paused") throw new Error(`The step ${outcome.status}.`);
  return outcome.reason;
}

describe("a form", () => {
  it("shows variables as they are now, and leaves its slots for what will be given", async () => {
    expect(await reason()).toMatchObject({
      formId: "step-1-1",
      nodeTitle: "Ask",
      content: "Order tea? {{#$output.note#}} {{#$output.papers#}}",
      actions: [{ id: "yes", title: "Yes, please", button_style: "primary" }],
    });
  });

  it("takes defaults and options from the file or from a variable", async () => {
    const from = { type: "variable", selector: ["start", "what"], value: "" };
    const options = { type: "variable", selector: ["start", "choices"], value: [] };
    const select = { type: "select", output_variable_name: "when", option_source: options };
    const { resolvedDefaults, inputs } = await reason({ inputs: [{ ...paragraph, default: from }, select] });
    expect(resolvedDefaults).toEqual({ note: "tea" });
    expect(inputs[1]).toMatchObject({ option_source: { value: ["now", "later"] } });
  });

  it("reads fields of files from before the release", async () => {
    const old = { type: "text-input", output_variable_name: "note", placeholder: { type: "constant", value: "none" } };
    const { resolvedDefaults, inputs } = await reason({ inputs: [old] });
    expect(resolvedDefaults).toEqual({ note: "none" });
    expect(inputs).toMatchObject([{ type: "paragraph", default: { type: "constant", value: "none" } }]);
  });

  it.each([
    [{}, 36 * 3_600_000],
    [{ timeout: 2 }, 2 * 3_600_000],
    [{ timeout: 3, timeout_unit: "day" }, 3 * 86_400_000],
  ])("with %j waits that long", async (rest, wait) => {
    expect((await reason(rest)).expiresAt).toBe(1_000 + wait);
  });

  it.each([
    [{ delivery_methods: [] }, "token"],
    [{ delivery_methods: [{ type: "webapp" }] }, "token"],
    [{ delivery_methods: [{ type: "email" }] }, null],
    [{ delivery_methods: [{ type: "email" }, { type: "webapp", enabled: false }] }, null],
  ])("with %j has the token %s for its caller", async (rest, token) => {
    expect((await reason(rest)).token).toBe(token);
  });

  it.each([
    { user_actions: [{ id: "1st", title: "First" }] },
    { user_actions: [{ id: "a".repeat(21), title: "Long" }] },
    { user_actions: [{ id: "a", title: "x".repeat(101) }] },
    {
      user_actions: [
        { id: "a", title: "A" },
        { id: "a", title: "B" },
      ],
    },
    { inputs: [paragraph, paragraph] },
    { timeout: 0 },
  ])("is a mistake with %j", (rest) => {
    expect(humanInputNode.settings.safeParse({ ...data, ...rest }).success).toBe(false);
  });
});

describe("an answer", () => {
  it("fills the outputs and the slots, and takes the way of its button", async () => {
    const inputs = { note: "with mint", papers: [file, file] };
    expect(await run({}, { type: "submitted", action: "yes", inputs: inputs as never })).toMatchObject({
      status: "succeeded",
      branch: "yes",
      outputs: {
        ...inputs,
        __action_id: "yes",
        __action_value: "Yes, please",
        __rendered_content: "Order tea? with mint [2 files]",
      },
    });
  });

  it("counts the files of an empty list too, and names one by its kind", async () => {
    const rendered = async (inputs: Record<string, Value>) => {
      const outcome = await run({}, { type: "submitted", action: "yes", inputs: inputs as never });
      return outcome.status === "succeeded" ? outcome.outputs["__rendered_content"] : undefined;
    };
    expect(await rendered({ note: "", papers: [] })).toBe("Order tea?  [0 files]");
    expect(await rendered({ note: "n", papers: file })).toBe("Order tea? n [file]");
  });

  it("that never came takes the way of the time-out, with empty actions and no fields", async () => {
    expect(await run({}, { type: "timed-out" })).toEqual({
      status: "succeeded",
      branch: "__timeout",
      outputs: { __action_id: "", __action_value: "", __rendered_content: "" },
    });
  });
});
