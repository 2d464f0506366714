import { expect, it } from "vitest";
import { accepted, answered, asked, newConversation, refused } from "./conversation.ts";

it("goes from question to answer, and keeps the conversation's id for the next question", () => {
  const first = accepted(asked(newConversation, "Hi", { tone: "kind" }), "r1", "c1");
  expect(first).toMatchObject({ id: "c1", inputs: { tone: "kind" }, turns: [{ runId: "r1", status: "running" }] });
  const done = answered(first, "r1", {
    answer: "Hello",
    status: "succeeded",
    error: null,
    steps: [1, 2],
    elapsedMs: 40,
  });
  const second = accepted(asked(done, "And?", {}), "r2", null);
  expect(second.id).toBe("c1");
  expect(second.turns.map((turn) => turn.work)).toEqual([{ steps: 2, elapsedMs: 40 }, null]);
  expect(second.turns.map((turn) => [turn.query, turn.answer, turn.status])).toEqual([
    ["Hi", "Hello", "succeeded"],
    ["And?", "", "running"],
  ]);
});

it("forgets a question the server refused", () => {
  expect(refused(asked(newConversation, "Hi", {})).turns).toEqual([]);
});

it("keeps why an answer failed", () => {
  const open = accepted(asked(newConversation, "Hi", {}), "r1", "c1");
  const failed = answered(open, "r1", {
    answer: "",
    status: "failed",
    steps: [],
    elapsedMs: null,
    error: { code: "model.x", message: "No model." },
  });
  expect(failed.turns[0]).toMatchObject({ status: "failed", error: { message: "No model." } });
});
