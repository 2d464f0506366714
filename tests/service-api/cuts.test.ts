import { afterAll, beforeAll, expect, it } from "vitest";
import { appText, iteration, llm, start } from "../support/app-text.ts";
import { type Frame, readFrames, textOf } from "../support/event-stream.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

let installation: TestInstallation;
let app: PublishedApp;

/** Text that shows every lost, doubled or torn piece: long characters, both directions, and a number in each word. */
const pieces = Array.from({ length: 400 }, (_, place) => `كلمة${place} 👩‍🚀${place} `);

beforeAll(async () => {
  installation = await startInstallation();
  installation.model.script(({ body }) =>
    JSON.stringify(body).includes("whole")
      ? { text: pieces, pieceMs: 4 }
      : { text: [`[${JSON.stringify(body).length}]`], delayMs: 10 },
  );
  app = await installation.publish(
    appText(
      "advanced-chat",
      [
        start([{ variable: "in", type: "json_object" }]),
        llm("ask", "whole"),
        { id: "one", type: "answer", answer: "Begin: {{#ask.text#}} ---" },
        ...iteration(
          "each",
          ["start", "in", "list"],
          ["inner", "text"],
          [llm("inner", "{{#each.item#}}"), { id: "two", type: "answer", answer: "({{#inner.text#}})" }],
          { is_parallel: true, parallel_nums: 4 },
        ),
        { id: "three", type: "answer", answer: " end." },
      ],
      ["start>ask", "ask>one", "one>each", "eachstart>inner", "inner>two", "each>three"],
    ),
  );
});
afterAll(() => installation[Symbol.asyncDispose]());

const body = { user: "ada", query: "go", inputs: { in: { list: ["a", "bb", "ccc", "dddd", "eeeee"] } } };

it("a text that was cut fifty times equals the one that was not, byte for byte", async () => {
  const whole = await app.v1.frames("/chat-messages", body, { "x-stream-ids": "1" });
  const expected = textOf(whole);
  expect(expected.startsWith(`Begin: ${pieces.join("")} ---([`)).toBe(true);
  expect(expected).toMatch(/---(\(\[\d+\]\)){5} end\.$/);

  const response = await app.v1.stream("/chat-messages", body, { "x-stream-ids": "1" });
  const frames: Frame[] = [];
  let cuts = 0;
  let taskId = "";
  const take = async (from: Response, most: number) => {
    let taken = 0;
    for await (const frame of readFrames(from)) {
      if (frame.id === undefined) continue;
      frames.push(frame);
      taskId ||= String(frame.data["task_id"]);
      taken += 1;
      if (taken >= most && cuts < 50) return false;
    }
    return true;
  };
  let isWhole = await take(response, 3);
  while (!isWhole) {
    cuts += 1;
    const last = frames.at(-1)!.id!;
    const path = `/chat-messages/${taskId}/events?user=ada`;
    isWhole = await take(await app.v1.send("GET", path, undefined, { "last-event-id": String(last) }), 1 + (cuts % 4));
  }
  expect(cuts).toBe(50);
  expect(Buffer.from(textOf(frames)).equals(Buffer.from(expected))).toBe(true);
  expect(frames.map(({ id }) => id)).toEqual(frames.map((_, place) => place + 1));
  expect(frames.at(-1)?.data).toMatchObject({ event: "workflow_finished", data: { status: "succeeded" } });
});
