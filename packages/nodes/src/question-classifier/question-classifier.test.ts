import { ModelErrors } from "@diwan/models";
import type { Outcome, Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { runNode } from "../test-support/run-node.ts";
import { scriptedModels, scriptedUsage } from "../test-support/scripted-models.ts";
import { questionClassifierNode } from "./question-classifier.node.ts";

const data = {
  query_variable_selector: ["sys", "query"],
  model: { provider: "openai", name: "small", mode: "chat", completion_params: { temperature: 0 } },
  classes: [
    { id: "1", name: "Refunds and {{#start.product#}}" },
    { id: "2", name: "Opening hours", label: "Hours" },
  ],
  instruction: "Be strict with {{#start.product#}}.",
} as Record<string, Value>;
const variables = { sys: { query: "When do you open?" }, start: { product: "tea" } };

async function answerTo(answer: string, rest: Record<string, Value> = {}): Promise<Outcome> {
  const { ports } = scriptedModels([answer]);
  return runNode(questionClassifierNode, { data: { ...data, ...rest }, variables, ports });
}

const second = '{"category_id": "2", "category_name": "Opening hours"}';

it("follows the branch of the class the model chose", async () => {
  expect(await answerTo(second)).toMatchObject({
    status: "succeeded",
    branch: "2",
    outputs: { class_name: "Opening hours", class_label: "Hours", class_id: "2", usage: scriptedUsage },
    inputs: { query: "When do you open?" },
    usage: scriptedUsage,
  });
});

it("fills placeholders of the chosen class's name in, and counts classes without a label from 1", async () => {
  expect(await answerTo('{"category_id": "1", "category_name": "Refunds"}')).toMatchObject({
    outputs: { class_name: "Refunds and tea", class_label: "CLASS 1" },
  });
});

it.each([
  `<think>Is it {"category_id": "1"}?</think>${second}`,
  `\`\`\`json\n${second}\n\`\`\``,
  `It is ${second}.`,
  `[${second}]`,
])("finds the class in %j", async (answer) => {
  expect(await answerTo(answer)).toMatchObject({ branch: "2" });
});

it.each([
  '{"category_id": "7", "category_name": "Opening hours"}',
  '{"category_id": 2, "category_name": "Opening hours"}',
  '{"category_id": "2"}',
  '{"answer": "Opening hours"}',
  `[${second}, ${second}]`,
  "[]",
])("takes the first class for %j, which names none", async (answer) => {
  expect(await answerTo(answer)).toMatchObject({ status: "succeeded", branch: "1" });
});

it("fails when the answer holds no JSON", async () => {
  expect(await answerTo("Opening hours, I think.")).toMatchObject({
    status: "failed",
    error: { type: "OutputParserError", message: expect.stringMatching(/holds no JSON\.$/) },
    usage: scriptedUsage,
  });
});

it("fails when the model cannot be asked", async () => {
  const { ports } = scriptedModels([ModelErrors["rate-limited"]({ provider: "OpenAI", model: "small" })]);
  expect(await runNode(questionClassifierNode, { data, variables, ports })).toMatchObject({
    status: "failed",
    error: { type: "InvokeRateLimitError", code: "model.rate-limited" },
    inputs: { query: "When do you open?" },
  });
});

it("fails when there is no class", async () => {
  expect(await answerTo(second, { classes: [] })).toMatchObject({ status: "failed" });
});

describe("the model is asked", () => {
  async function asked(rest: Record<string, Value> = {}, values: Record<string, Record<string, Value>> = variables) {
    const history = [{ query: "Do you sell tea?", answer: "We do." }];
    const { ports, requests } = scriptedModels([second], history);
    await runNode(questionClassifierNode, { data: { ...data, ...rest }, variables: values, ports });
    return requests[0]!;
  }

  it("with the task, two worked examples, and the text with its classes as the author wrote them", async () => {
    const { messages, parameters } = await asked();
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user", "assistant", "user"]);
    expect(JSON.parse(messages.at(-1)!.content as string)).toEqual({
      input_text: "When do you open?",
      categories: [
        { category_id: "1", category_name: "Refunds and {{#start.product#}}" },
        { category_id: "2", category_name: "Opening hours" },
      ],
      instructions: "Be strict with tea.",
    });
    expect(parameters).toEqual({ temperature: 0 });
    expect(messages[0]!.content).not.toContain("Do you sell tea?");
  });

  it("with the history in the task when the step has memory", async () => {
    const { messages } = await asked({ memory: { window: { enabled: true, size: 2 } } });
    expect(messages[0]!.content).toContain("Human: Do you sell tea?\nAssistant: We do.");
  });

  it("with pictures in front of the text when the step sees", async () => {
    const picture = {
      dify_model_identity: "__dify__file__",
      type: "image",
      mime_type: "image/png",
      remote_url: "https://files.example/a.png",
    };
    const { messages } = await asked(
      { vision: { enabled: true } },
      { ...variables, sys: { query: "What is it?", files: [picture] } },
    );
    const file = { type: "file", mediaType: "image/png", data: Buffer.from("pixels").toString("base64") };
    expect(messages.at(-1)!.content).toMatchObject([file, { type: "text" }]);
  });

  it("in one text where it completes texts", async () => {
    const { messages, mode } = await asked({ model: { ...(data["model"] as object), mode: "completion" } });
    expect(mode).toBe("completion");
    expect(messages).toHaveLength(1);
    expect(messages[0]!.content).toMatch(/^You sort texts[\s\S]*"input_text":"When do you open\?"[\s\S]*\nOutput:$/);
  });

  it("about nothing when the variable is not there", async () => {
    const { messages } = await asked({ query_variable_selector: ["sys", "gone"] });
    expect(JSON.parse(messages.at(-1)!.content as string)).toMatchObject({ input_text: "" });
  });
});
