import { words } from "@diwan/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start, text } from "../support/app-text.ts";
import { allFrames, type Frame, readFrames, textOf } from "../support/event-stream.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

type Case = {
  name: string;
  app: PublishedApp;
  path: string;
  body: object;
  events(task: unknown): string;
  kept: string[];
};

const story = words(
  "Once upon a time there lived a kettle — in Doha, الدوحة, 多哈 — that sang 🫖 to whoever would listen.",
);

let installation: TestInstallation;
let cases: Case[];

beforeAll(async () => {
  installation = await startInstallation({ settings: { DIWAN_STREAM_RETENTION_SECONDS: "2" } });
  installation.model.script({ text: story, pieceMs: 15 });
  const workflow = await installation.publish(
    appText(
      "workflow",
      [start([text("x")]), llm("ask", "Tell"), end("end", { story: ["ask", "text"], x: ["start", "x"] })],
      ["start>ask", "ask>end"],
    ),
  );
  const chat = await installation.publish(
    appText(
      "advanced-chat",
      [start(), llm("ask", "Tell"), { id: "reply", type: "answer", answer: "So: {{#ask.text#}}" }],
      ["start>ask", "ask>reply"],
    ),
  );
  cases = [
    {
      name: "a workflow",
      app: workflow,
      path: "/workflows/run",
      body: { user: "ada", inputs: { x: "1" } },
      events: (task) => `/workflow/${task}/events?user=ada`,
      kept: ["text_replace", "workflow_finished"],
    },
    {
      name: "a chat",
      app: chat,
      path: "/chat-messages",
      body: { user: "ada", inputs: {}, query: "Go on" },
      events: (task) => `/chat-messages/${task}/events?user=ada`,
      kept: ["message_replace", "message_end", "workflow_finished"],
    },
  ];
});
afterAll(() => installation[Symbol.asyncDispose]());

describe.each([0, 1])("the stream of case %s", (place) => {
  it("has no ids unless they are asked for, and counts frames from 1 where they are", async () => {
    const { app, path, body } = cases[place]!;
    const plain = await app.v1.frames(path, body);
    expect(plain.every(({ id }) => id === undefined)).toBe(true);
    const counted = await app.v1.frames(path, body, { "x-stream-ids": "1" });
    expect(counted.map(({ id }) => id)).toEqual(counted.map((_, index) => index + 1));
    expect(counted.every(({ text }) => /^id: \d+\ndata: \{.*\}$/.test(text))).toBe(true);
  });

  it("gives the same frames after a cut anywhere, while the run goes on", async () => {
    const { app, path, body, events } = cases[place]!;
    const response = await app.v1.stream(path, body, { "x-stream-ids": "1" });
    const first: Frame[] = [];
    for await (const frame of readFrames(response)) {
      first.push(frame);
      if (first.length === 8) break;
    }
    const task = first[0]!.data["task_id"];
    const last = await app.v1.send("GET", events(task), undefined, { "last-event-id": String(first.length) });
    const rest = await allFrames(last);
    const joined = [...first, ...rest];
    expect(joined.map(({ id }) => id)).toEqual(joined.map((_, index) => index + 1));
    const whole = place === 0 ? `${story.join("")}\n1` : `So: ${story.join("")}`;
    expect(textOf(joined)).toBe(whole);

    // And after the end, from every place, all at once.
    const cuts = Array.from({ length: joined.length + 2 }, (_, cut) => cut);
    const replays = await Promise.all(
      cuts.map(async (cut) =>
        allFrames(await app.v1.send("GET", events(task), undefined, { "last-event-id": String(cut) })),
      ),
    );
    replays.forEach((replay, cut) => {
      // Whoever asks beyond the end is told the end.
      expect(replay.map((frame) => frame.text)).toEqual(
        cut >= joined.length ? [joined.at(-1)!.text] : joined.slice(cut).map((frame) => frame.text),
      );
    });
  });

  it("is read by several at once, each from the start without a number", async () => {
    const { app, path, body, events } = cases[place]!;
    const response = await app.v1.stream(path, body);
    const reader = readFrames(response);
    const { value: begun } = (await reader.next()) as { value: Frame };
    const readers = await Promise.all(
      [1, 2, 3].map(async () => allFrames(await app.v1.send("GET", events(begun.data["task_id"])))),
    );
    const own = [begun];
    for await (const frame of reader) own.push(frame);
    for (const read of readers) expect(read.map(({ data }) => data)).toEqual(own.map(({ data }) => data));
  });

  it("is only for whoever started it, and only by a number", async () => {
    const { app, path, body, events } = cases[place]!;
    const frames = await app.v1.frames(path, body);
    const address = events(frames[0]!.data["task_id"]);
    const answer = async (where: string, headers: Record<string, string> = {}) => {
      const response = await app.v1.send("GET", where, undefined, headers);
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await answer(address.replace("ada", "grace"))).toEqual([404, "not_found"]);
    expect(await answer(address.replace("?user=ada", ""))).toEqual([400, "invalid_param"]);
    expect(await answer(address.replace(/[0-9a-f-]{36}/, "nonsense"))).toEqual([404, "not_found"]);
    expect(await answer(address, { "last-event-id": "seven" })).toEqual([400, "invalid_param"]);
    const other = cases[1 - place]!.app.v1;
    expect((await other.send("GET", `/workflow/${frames[0]!.data["task_id"]}/events?user=ada`)).status).toBe(404);
  });
});

it("of a chat is also found under its run", async () => {
  const { app, path, body } = cases[1]!;
  const frames = await app.v1.frames(path, body);
  const again = await allFrames(
    await app.v1.send("GET", `/workflow/${frames[0]!.data["workflow_run_id"]}/events?user=ada`),
  );
  expect(again.map(({ data }) => data)).toEqual(frames.map(({ data }) => data));
});

it("gives the answer and the run's end, made from what is stored, when its frames are no longer kept", async () => {
  for (const { app, path, body, events, kept } of cases) {
    const frames = await app.v1.frames(path, body, { "x-stream-ids": "1" });
    const address = events(frames[0]!.data["task_id"]);
    const reread = async (id?: unknown) =>
      allFrames(await app.v1.send("GET", address, undefined, id === undefined ? {} : { "last-event-id": String(id) }));
    const names = (of: Frame[]) => of.map(({ data }) => data["event"]);
    await expect.poll(async () => names(await reread()), { timeout: 8_000, interval: 300 }).toEqual(kept);
    const whole = await reread();
    expect(textOf(whole)).toBe(textOf(frames));
    expect(whole.at(-1)!.data).toEqual(frames.at(-1)!.data);

    // Whoever had a part of the text joins what comes to the same text.
    for (const cut of [1, 2, 8]) {
      const rest = await reread(frames[cut - 1]!.id);
      expect(textOf([...frames.slice(0, cut), ...rest])).toBe(textOf(frames));
      expect(rest.at(-1)!.data).toEqual(frames.at(-1)!.data);
      expect(rest[0]!.id).toBeGreaterThan(cut);
    }
  }
});
