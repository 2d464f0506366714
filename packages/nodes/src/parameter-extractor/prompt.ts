import type { ModelMessage } from "@diwan/models";
import { historyText } from "../model-step/history.ts";
import { parameterSchema } from "./parameter-schema.ts";
import type { Parameter } from "./settings.ts";

export type Extraction = { text: string; parameters: readonly Parameter[]; instructions: string };

const TASK =
  "You read values out of a text. Take only what the text says or clearly means, in the text's own language; do not make anything up. Follow the instructions of whoever set this up, if there are any.";

const CALL = `${TASK} When you have read the text, call the tool once with every value that you found. Do not answer in words.`;

const ANSWER = `${TASK} You are given the text and a JSON Schema. Answer with one JSON object that fits the schema and nothing else: no explanation and no other keys.`;

const examples: readonly { extraction: Extraction; answer: object }[] = [
  {
    extraction: {
      text: "Please book a table for four, Friday at 8, under Haddad.",
      parameters: [
        { name: "guests", type: "number", description: "How many people come", required: true, options: [] },
        { name: "name", type: "string", description: "Whose table it is", required: true, options: [] },
      ],
      instructions: "",
    },
    answer: { guests: 4, name: "Haddad" },
  },
  {
    extraction: {
      text: "أحتاج تفاحًا وحليبًا وخبزًا",
      parameters: [
        { name: "items", type: "array[string]", description: "What to buy", required: true, options: [] },
        { name: "urgent", type: "boolean", description: "Whether it cannot wait", required: true, options: [] },
      ],
      instructions: "A list without a date is not urgent.",
    },
    answer: { items: ["تفاح", "حليب", "خبز"], urgent: false },
  },
];

/** What a model is asked that calls a tool with the values. */
export function callMessages(extraction: Extraction, history: readonly ModelMessage[]): ModelMessage[] {
  const { text, instructions } = extraction;
  return [
    { role: "system", content: withInstructions(CALL, instructions) },
    ...history,
    { role: "user", content: text },
  ];
}

/** What a model is asked that answers with the values, with worked examples. */
export function answerMessages(extraction: Extraction, history: readonly ModelMessage[]): ModelMessage[] {
  return [
    { role: "system", content: withHistory(ANSWER, history) },
    ...examples.flatMap((one): ModelMessage[] => [
      { role: "user", content: extractionText(one.extraction) },
      { role: "assistant", content: JSON.stringify(one.answer) },
    ]),
    { role: "user", content: extractionText(extraction) },
  ];
}

/** The same as one text, for a model that completes texts. */
export function answerText(extraction: Extraction, history: readonly ModelMessage[]): string {
  const worked = examples.map(
    (one) => `Input: ${extractionText(one.extraction)}\nOutput: ${JSON.stringify(one.answer)}`,
  );
  return [withHistory(ANSWER, history), ...worked, `Input: ${extractionText(extraction)}\nOutput:`].join("\n\n");
}

function withInstructions(task: string, instructions: string): string {
  return instructions === "" ? task : `${task}\n\nInstructions:\n${instructions}`;
}

function withHistory(task: string, history: readonly ModelMessage[]): string {
  if (history.length === 0) return task;
  const turns = historyText(history, { user: "Human", assistant: "Assistant" });
  return `${task}\n\nThe conversation so far, for understanding the text only:\n${turns}`;
}

function extractionText({ text, parameters, instructions }: Extraction): string {
  return JSON.stringify({ text, schema: parameterSchema(parameters), instructions });
}
