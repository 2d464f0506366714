import type { ModelMessage } from "@diwan/models";
import { historyText } from "../model-step/history.ts";
import type { Class } from "./settings.ts";

export type Question = { text: string; classes: readonly Pick<Class, "id" | "name">[]; instructions: string };

const TASK = `You sort texts into categories. You are given a text, a list of categories and, at times, instructions from whoever set this up; follow them. Choose the one category that fits the text best, also when none fits well.

Answer with one JSON object and nothing else. It has two keys: "category_id" and "category_name", both copied from the list exactly as they stand there.`;

const examples: readonly { question: Question; chosen: number }[] = [
  {
    question: {
      text: "The parcel was due on Monday and still is not here.",
      classes: [
        { id: "a1", name: "Delivery" },
        { id: "a2", name: "Returns" },
        { id: "a3", name: "Anything else" },
      ],
      instructions: "",
    },
    chosen: 0,
  },
  {
    question: {
      text: "هل تفتحون يوم الجمعة؟",
      classes: [
        { id: "17", name: "Complaints about staff" },
        { id: "18", name: "Opening hours and addresses" },
      ],
      instructions: "Texts may be in any language.",
    },
    chosen: 1,
  },
];

/** What a model is asked, with two worked examples. History stands in the task: it is background, not to be answered. */
export function classifierMessages(question: Question, history: readonly ModelMessage[]): ModelMessage[] {
  return [
    { role: "system", content: task(history) },
    ...examples.flatMap(({ question: asked, chosen }): ModelMessage[] => [
      { role: "user", content: questionText(asked) },
      { role: "assistant", content: answerText(asked.classes[chosen]!) },
    ]),
    { role: "user", content: questionText(question) },
  ];
}

/** The same as one text, for a model that completes texts. */
export function classifierText(question: Question, history: readonly ModelMessage[]): string {
  const worked = examples.map(
    ({ question: asked, chosen }) => `Input: ${questionText(asked)}\nOutput: ${answerText(asked.classes[chosen]!)}`,
  );
  return [task(history), ...worked, `Input: ${questionText(question)}\nOutput:`].join("\n\n");
}

function task(history: readonly ModelMessage[]): string {
  if (history.length === 0) return TASK;
  const turns = historyText(history, { user: "Human", assistant: "Assistant" });
  return `${TASK}\n\nThe conversation so far, for understanding the text only:\n${turns}`;
}

function questionText({ text, classes, instructions }: Question): string {
  const categories = classes.map(({ id, name }) => ({ category_id: id, category_name: name }));
  return JSON.stringify({ input_text: text, categories, instructions });
}

function answerText({ id, name }: Pick<Class, "id" | "name">): string {
  return JSON.stringify({ category_id: id, category_name: name });
}
