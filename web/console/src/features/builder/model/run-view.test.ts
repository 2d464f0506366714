import type { ConsoleRunEvent, RunForm, RunStep, RunSummary } from "@diwan/contracts";
import { describe, expect, it } from "vitest";
import { emptyRun, foldEvents, type LoggedEvent, tokensOf, viewOfDetail } from "./run-view.ts";

const aStep = (change: Partial<RunStep> = {}): RunStep => ({
  id: "s1",
  index: 1,
  node_id: "llm",
  node_type: "llm",
  title: "Write",
  frame: [],
  attempt: 1,
  status: "running",
  inputs: {},
  process_data: {},
  outputs: {},
  error: null,
  total_tokens: 0,
  started_at: 1_000,
  finished_at: null,
  elapsed_ms: null,
  ...change,
});
const aRun = (change: Partial<RunSummary> = {}): RunSummary => ({
  id: "r",
  app_id: "a",
  workflow_id: "w",
  version_number: 1,
  status: "succeeded",
  trigger: "console",
  error: null,
  elapsed_ms: 900,
  total_tokens: 12,
  total_steps: 1,
  created_at: "2026-11-25T10:00:00Z",
  finished_at: "2026-11-25T10:00:01Z",
  repeats: null,
  ...change,
});
const aForm = (change: Partial<RunForm> = {}): RunForm => ({
  id: "f1",
  node_id: "ask",
  title: "Approve",
  content: "",
  inputs: [],
  actions: [{ id: "yes", title: "Yes", button_style: "primary" }],
  defaults: {},
  expires_at: "2026-11-26T10:00:00Z",
  ...change,
});
const delta = (text: string): ConsoleRunEvent => ({ event: "text-delta", text, selector: null });
const numbered = (...events: ConsoleRunEvent[]): LoggedEvent[] =>
  events.map((event, index) => ({ id: index + 1, event }));

describe("folding a run's events", () => {
  const events = numbered(
    { event: "run.started", inputs: { q: "hi" }, at: 1_000 },
    { event: "step.started", step: aStep() },
    delta("Hel"),
    delta("lo"),
    { event: "step.finished", step: aStep({ status: "succeeded", total_tokens: 12, finished_at: 1_900 }) },
    { event: "run.finished", run: aRun(), outputs: { text: "Hello" }, answer: "Hello" },
  );

  it("ends with the run's state, answer, outputs and steps", () => {
    const view = foldEvents(emptyRun, events);
    expect(view).toMatchObject({
      status: "succeeded",
      answer: "Hello",
      outputs: { text: "Hello" },
      elapsedMs: 900,
      lastEventId: 6,
    });
    expect(view.steps.map((step) => step.status)).toEqual(["succeeded"]);
    expect(tokensOf(view)).toBe(12);
  });

  it("takes an event only once when a resumed stream repeats it", () => {
    const half = foldEvents(emptyRun, events.slice(0, 4));
    expect(foldEvents(half, events.slice(2, 4))).toBe(half);
    expect(foldEvents(half, events.slice(2)).answer).toBe("Hello");
  });

  it("starts the answer anew when the server replaces it", () => {
    const replaced: ConsoleRunEvent = { event: "text-replaced", text: "[removed]", reason: "moderation" };
    expect(foldEvents(emptyRun, numbered(delta("bad"), replaced)).answer).toBe("[removed]");
  });

  it("keeps every try of a step", () => {
    const first = aStep({ status: "retried" });
    const second = aStep({ attempt: 2 });
    const view = foldEvents(
      emptyRun,
      numbered({ event: "step.retried", step: first, retry_index: 1 }, { event: "step.started", step: second }),
    );
    expect(view.steps.map((step) => [step.attempt, step.status])).toEqual([
      [1, "retried"],
      [2, "running"],
    ]);
  });
});

it("does not count a container's sum on top of what is inside it", () => {
  const inside = aStep({ id: "s2", node_id: "sum", frame: [["each", 0]], total_tokens: 5 });
  const outside = aStep({ id: "s3", node_id: "each", total_tokens: 5 });
  expect(tokensOf({ ...emptyRun, steps: [outside, inside] })).toBe(5);
});

it("does not shorten a streamed answer when the stored one lags behind", () => {
  const detail = {
    ...aRun({ status: "running" }),
    inputs: {},
    query: null,
    outputs: {},
    answer: "He",
    conversation_id: null,
    steps: [],
    forms: [],
  };
  expect(viewOfDetail(detail, { ...emptyRun, answer: "Hello" }).answer).toBe("Hello");
});

it("tells the events of a run that is opened after its end from what is kept of it", () => {
  const first = aStep({ status: "retried", started_at: 1_000, finished_at: 1_200 });
  const second = aStep({ attempt: 2, status: "succeeded", started_at: 1_200, finished_at: 1_900 });
  const detail = { ...aRun(), inputs: {}, query: null, outputs: {}, answer: "", conversation_id: null, forms: [] };
  const { log, lastEventId } = viewOfDetail({ ...detail, steps: [first, second] });
  expect(log.map(({ id, event }) => `${id} ${event.event}`)).toEqual([
    "1 run.started",
    "2 step.started",
    "3 step.retried",
    "4 step.started",
    "5 step.finished",
    "6 run.finished",
  ]);
  expect(lastEventId).toBe(0);
  expect(viewOfDetail({ ...detail, status: "running", steps: [] }).log).toEqual([]);
});

describe("a run that waits for a person", () => {
  const asked = aStep({ node_id: "ask", node_type: "human-input", started_at: 2_000 });
  const paused = numbered(
    { event: "run.started", inputs: { q: "hi", "sys.query": "" }, at: 1_000 },
    { event: "step.started", step: asked },
    { event: "form.required", form: aForm() },
    { event: "run.paused", run: aRun({ status: "paused", elapsed_ms: 1_000 }), forms: [aForm()] },
  );

  it("shows the form, the step that waits, and no running clock", () => {
    const view = foldEvents(emptyRun, paused);
    expect(view).toMatchObject({ status: "paused", elapsedMs: 1_000, inputs: { q: "hi" }, forms: [{ id: "f1" }] });
    expect(view.inputs).not.toHaveProperty("sys.query");
    expect(view.steps[0]?.status).toBe("waiting");
  });

  it("goes on with the answer; the step took from when it asked", () => {
    const settled = { ...asked, status: "succeeded" as const, started_at: 90_000, finished_at: 90_001, elapsed_ms: 1 };
    const view = foldEvents(
      foldEvents(emptyRun, paused),
      [
        { event: "form.closed", node_id: "ask", action: "Yes" } as const,
        { event: "run.started", inputs: {}, at: 90_000 } as const,
        { event: "step.finished", step: settled } as const,
      ].map((event, index) => ({ id: 5 + index, event })),
    );
    expect(view).toMatchObject({ status: "running", elapsedMs: null, forms: [] });
    expect(view.closedForms).toEqual([{ nodeId: "ask", title: "Approve", action: "Yes" }]);
    expect(view.steps[0]).toMatchObject({ status: "succeeded", started_at: 2_000, elapsed_ms: 88_001 });
  });

  it("is shown from what is kept of it, when its events are gone", () => {
    const { finished_at: _, ...summary } = aRun({ status: "paused", elapsed_ms: null });
    const detail = {
      ...summary,
      finished_at: null,
      inputs: {},
      query: null,
      outputs: {},
      answer: "So far",
      conversation_id: null,
    };
    const first = aStep({ status: "succeeded", finished_at: 1_500 });
    const view = viewOfDetail({ ...detail, steps: [first], forms: [aForm()] });
    expect(view.steps.map((step) => [step.node_id, step.status])).toEqual([
      ["llm", "succeeded"],
      ["ask", "waiting"],
    ]);
    const late = foldEvents(view, [{ id: 1, event: { event: "form.required", form: aForm() } }]);
    expect([late.answer, late.steps.length, late.forms.length]).toEqual(["So far", 2, 1]);
  });

  it("is told anew where all of its events come again", () => {
    const kept = viewOfDetail({
      ...aRun({ status: "running" }),
      inputs: {},
      query: null,
      outputs: {},
      answer: "Hel",
      conversation_id: null,
      steps: [aStep({ id: "other" })],
      forms: [],
    });
    const view = foldEvents(kept, numbered({ event: "run.started", inputs: {}, at: 1 }, delta("Hello")));
    expect([view.answer, view.steps.length]).toEqual(["Hello", 0]);
  });
});

it("knows how many rounds of a container have begun, at each place it stands", () => {
  const round = (frame: RunStep["frame"], index: number): ConsoleRunEvent => ({
    event: "round.started",
    node_id: "each",
    frame,
    round: index,
    at: 1,
  });
  const view = foldEvents(emptyRun, numbered(round([], 0), round([], 2), round([], 1), round([["outer", 1]], 0)));
  expect(view.rounds).toEqual({ ">each": 3, "outer:1>each": 1 });
});
