import { words } from "@diwan/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, llm, start } from "../support/app-text.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

type Json = Record<string, unknown>;

let installation: TestInstallation;
let counting: PublishedApp;
let remembering: PublishedApp;

const counter = {
  id: "c-1",
  name: "seen",
  value_type: "number",
  value: 0,
  description: "",
  selector: ["conversation", "seen"],
};
const list = {
  ...counter,
  id: "c-2",
  name: "said",
  value_type: "array[string]",
  value: [],
  selector: ["conversation", "said"],
};

const assign = (items: Json[]) => ({ id: "count", type: "assigner", version: "2", items });
const plusOne = { variable_selector: ["conversation", "seen"], input_type: "constant", operation: "+=", value: 1 };
const keepQuery = {
  variable_selector: ["conversation", "said"],
  input_type: "variable",
  operation: "append",
  value: ["sys", "query"],
};

beforeAll(async () => {
  installation = await startInstallation();
  // Slow enough that turns sent together would overlap.
  installation.model.script(({ body }) => {
    const messages = body["messages"] as { content: string }[];
    const isSlow = JSON.stringify(body).includes("slow");
    return {
      text: words(`${messages.length} before: ${messages.map(({ content }) => content).join(" | ")}`),
      delayMs: isSlow ? 600 : 40,
    };
  });
  counting = await installation.publish(
    appText(
      "advanced-chat",
      [
        start(),
        llm("ask", "think of {{#sys.query#}}"),
        assign([plusOne, keepQuery]),
        {
          id: "say",
          type: "answer",
          answer: "{{#conversation.seen#}} of {{#sys.dialogue_count#}}: {{#conversation.said#}}",
        },
      ],
      ["start>ask", "ask>count", "count>say"],
      { conversation_variables: [counter, list] },
    ),
  );
  remembering = await installation.publish(
    appText(
      "advanced-chat",
      [
        start(),
        llm("ask", "system", { memory: { window: { enabled: true, size: 2 }, query_prompt_template: "" } }),
        { id: "say", type: "answer", answer: "{{#ask.text#}}" },
      ],
      ["start>ask", "ask>say"],
    ),
  );
});
afterAll(() => installation[Symbol.asyncDispose]());

const say = (app: PublishedApp, query: string, conversation = "") =>
  app.v1.post("/chat-messages", { user: "ada", query, inputs: {}, conversation_id: conversation });

describe("turns of one conversation", () => {
  it("that are sent at the same time run one after the other, and none of their writes is lost", async () => {
    const first = await say(counting, "first");
    const conversation = String(first["conversation_id"]);
    const queries = Array.from({ length: 8 }, (_, place) => `q${place}`);
    const answers = await Promise.all(queries.map((query) => say(counting, query, conversation)));
    const counts = answers.map(({ answer }) => Number(/^(\d+) of/.exec(String(answer))![1]));
    expect(counts.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    for (const { answer } of answers) {
      const [, seen, turn] = /^(\d+) of (\d+)/.exec(String(answer))!;
      expect(Number(turn)).toBe(Number(seen) - 1);
    }
    const last = await say(counting, "last", conversation);
    expect(last["answer"]).toContain("10 of 9");
    for (const query of ["first", ...queries, "last"]) expect(String(last["answer"])).toContain(query);
  });

  it("of another conversation are not waited for", async () => {
    const slow = say(counting, "slow");
    const quick = await Promise.race([slow, say(counting, "quick")]);
    expect(quick["answer"]).toContain("quick");
    expect((await slow)["answer"]).toContain("1 of 0");
  });

  it("remember as many messages as the window says", async () => {
    const first = await say(remembering, "one");
    const conversation = String(first["conversation_id"]);
    expect(first["answer"]).toBe("2 before: system | one");
    await say(remembering, "two", conversation);
    const third = await say(remembering, "three", conversation);
    expect(third["answer"]).toMatch(/^4 before: system \| two \| .* \| three$/);
  });
});
