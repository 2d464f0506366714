import { words } from "@diwan/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start, template, text } from "../support/app-text.ts";
import { allFrames, eventNames, type Frame, textOf } from "../support/event-stream.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

type Json = Record<string, unknown>;

let installation: TestInstallation;
let workflow: PublishedApp;
let chat: PublishedApp;

const approval = (rest: object = {}) => ({
  id: "approve",
  type: "human-input",
  title: "Approve",
  form_content: "Draft: {{#draft.output#}}\n\nNote: {{#$output.note#}}",
  inputs: [
    { type: "paragraph", output_variable_name: "note", default: { type: "variable", selector: ["draft", "output"] } },
    {
      type: "select",
      output_variable_name: "tone",
      option_source: { type: "constant", selector: [], value: ["kind", "short"] },
    },
  ],
  user_actions: [
    { id: "send", title: "Send it", button_style: "primary" },
    { id: "drop", title: "Drop it", button_style: "default" },
  ],
  timeout: 1,
  timeout_unit: "hour",
  ...rest,
});

const source = appText(
  "workflow",
  [
    start([text("name")]),
    template("draft", "Dear {{ name }}", { name: ["start", "name"] }),
    approval(),
    end("sent", { text: ["approve", "note"], tone: ["approve", "tone"], shown: ["approve", "__rendered_content"] }),
    end("dropped", { by: ["approve", "__action_value"] }),
    end("late", { id: ["approve", "__action_id"] }),
  ],
  ["start>draft", "draft>approve", "approve:send>sent", "approve:drop>dropped", "approve:__timeout>late"],
);

beforeAll(async () => {
  installation = await startInstallation();
  installation.model.script(() => ({ text: words("Thank you, it is on its way.") }));
  workflow = await installation.publish(source);
  chat = await installation.publish(
    appText(
      "advanced-chat",
      [
        start(),
        template("draft", "{{ q }}", { q: ["sys", "query"] }),
        { id: "first", type: "answer", answer: "Asking about {{#sys.query#}}. " },
        approval({ inputs: [] }),
        llm("ask", "Thank for {{#sys.query#}}"),
        { id: "yes", type: "answer", answer: "{{#ask.text#}}" },
        { id: "no", type: "answer", answer: "Dropped." },
      ],
      ["start>draft", "draft>first", "first>approve", "approve:send>ask", "ask>yes", "approve:drop>no"],
    ),
  );
});
afterAll(() => installation[Symbol.asyncDispose]());

const ended = (runId: string) =>
  expect.poll(async () => (await workflow.v1.get(`/workflows/run/${runId}`))["status"], { timeout: 10_000 });

async function paused(): Promise<{ runId: string; token: string; frames: Frame[] }> {
  const frames = await workflow.v1.frames("/workflows/run", { user: "ada", inputs: { name: "Sara" } });
  const asked = frames.find(({ data }) => data["event"] === "human_input_required")!.data;
  return { runId: String(asked["workflow_run_id"]), token: String((asked["data"] as Json)["form_token"]), frames };
}

const answer = (token: string, body: object) =>
  workflow.v1.send("POST", `/form/human_input/${token}`, { user: "ada", inputs: {}, ...body });

describe("a run that waits for a person", () => {
  it("says what it asks for and closes its stream", async () => {
    const { frames, runId } = await paused();
    expect(eventNames(frames)).toEqual([
      "workflow_started",
      "node_started",
      "node_finished",
      "node_started",
      "node_finished",
      "node_started",
      "human_input_required",
      "workflow_paused",
    ]);
    expect(frames.at(-2)?.data).toMatchObject({
      data: {
        node_id: "approve",
        node_title: "Approve",
        form_content: "Draft: Dear Sara\n\nNote: {{#$output.note#}}",
        actions: [{ id: "send", title: "Send it", button_style: "primary" }, { id: "drop" }],
        resolved_default_values: { note: "Dear Sara" },
        display_in_ui: true,
      },
    });
    expect(frames.at(-1)?.data).toMatchObject({
      data: { paused_nodes: ["approve"], status: "paused", reasons: [{ TYPE: "human_input_required" }] },
    });
    expect(await workflow.v1.get(`/workflows/run/${runId}`)).toMatchObject({ status: "paused", outputs: {} });
  });

  it("shows its form, refuses what does not fit it, and goes on with the first answer", async () => {
    const { runId, token } = await paused();
    expect(await workflow.v1.get(`/form/human_input/${token}`)).toMatchObject({
      form_content: expect.stringContaining("Draft: Dear Sara"),
      inputs: [{ output_variable_name: "note" }, { output_variable_name: "tone" }],
      user_actions: [{ id: "send" }, { id: "drop" }],
      resolved_default_values: { note: "Dear Sara" },
      expiration_time: expect.any(Number),
    });
    for (const [wrong, named] of [
      [{ action: "burn", inputs: { tone: "kind" } }, /action must be one of: send, drop/],
      [{ action: "send", inputs: {} }, /inputs.tone is required/],
      [{ action: "send", inputs: { tone: "rude" } }, /inputs.tone must be one of: kind, short/],
    ] as const) {
      const refused = await answer(token, wrong);
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ code: "invalid_form_data", message: expect.stringMatching(named) });
    }
    const two = await Promise.all([
      answer(token, { action: "send", inputs: { note: "As it is.", tone: "kind" } }),
      answer(token, { action: "drop", inputs: { tone: "kind" } }),
    ]);
    expect(two.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await two.find(({ status }) => status === 412)!.json()).toMatchObject({
      code: "human_input_form_submitted",
    });
    await ended(runId).toBe("succeeded");
    expect((await workflow.v1.get(`/workflows/run/${runId}`))["outputs"]).toBeDefined();
    const again = await workflow.v1.send("GET", `/form/human_input/${token}`);
    expect([again.status, ((await again.json()) as Json)["code"]]).toEqual([412, "human_input_form_submitted"]);
  });

  it("fills what was given into the outputs and the form's text", async () => {
    const { runId, token } = await paused();
    await answer(token, { action: "send", inputs: { note: "Hello.", tone: "short" } });
    await ended(runId).toBe("succeeded");
    expect((await workflow.v1.get(`/workflows/run/${runId}`))["outputs"]).toEqual({
      text: "Hello.",
      tone: "short",
      shown: "Draft: Dear Sara\n\nNote: Hello.",
    });
  });

  it("is told through a stream that stays open over the pause", async () => {
    const { runId, token, frames } = await paused();
    const path = `/workflow/${runId}/events?user=ada&continue_on_pause=true`;
    const reading = workflow.v1
      .send("GET", path, undefined, { "last-event-id": String(frames.length) })
      .then((response) => allFrames(response));
    await answer(token, { action: "drop", inputs: { tone: "kind" } });
    const rest = await reading;
    expect(eventNames(rest)).toEqual([
      "workflow_started",
      "human_input_form_filled",
      "text_chunk",
      "node_finished",
      "node_started",
      "node_finished",
      "workflow_finished",
    ]);
    expect(rest[0]?.data).toMatchObject({ data: { reason: "resumption" } });
    expect(rest[1]?.data).toMatchObject({
      data: { action_id: "drop", action_text: "Drop it", submitted_data: { tone: "kind" } },
    });
    expect(rest.at(-1)?.data).toMatchObject({ data: { status: "succeeded", outputs: { by: "Drop it" } } });
  });

  it("answers a blocking call with what it waits for", async () => {
    const reply = await workflow.v1.post("/workflows/run", { user: "ada", inputs: { name: "Sara" } });
    expect(reply).toMatchObject({
      data: { status: "paused", error: null, paused_nodes: ["approve"], reasons: [{ form_token: expect.any(String) }] },
    });
  });

  it("tells late readers when it paused", async () => {
    const { runId, frames } = await paused();
    const told = frames.at(-1)!.data["data"] as Json;
    // Events of runs that wait for long are gone: what is stored has to do.
    const beyond = { "last-event-id": "5000" };
    const late = await workflow.v1.send("GET", `/workflow/${runId}/events?user=ada`, undefined, beyond);
    const again = (await allFrames(late)).at(-1)!.data;
    expect(again).toMatchObject({ event: "workflow_paused", data: { elapsed_time: told["elapsed_time"] } });
    expect(told["elapsed_time"]).toBeGreaterThan(0);
  });

  it("ends when it is stopped, and its form with it", async () => {
    const { runId, token } = await paused();
    await workflow.v1.post(`/workflows/tasks/${runId}/stop`, { user: "ada" });
    expect((await workflow.v1.get(`/workflows/run/${runId}`))["status"]).toBe("stopped");
    expect((await answer(token, { action: "drop", inputs: { tone: "kind" } })).status).toBe(412);
  });

  it("takes files by their uploads, and only such as its form allows", async () => {
    const asking = await installation.publish(
      appText(
        "workflow",
        [
          start(),
          approval({
            form_content: "{{#$output.report#}}",
            inputs: [
              { type: "file", output_variable_name: "report", allowed_file_types: ["document"] },
              { type: "file-list", output_variable_name: "rest", allowed_file_types: ["image"] },
            ],
          }),
          { id: "read", type: "document-extractor", variable_selector: ["approve", "report"], is_array_file: false },
          end("sent", { text: ["read", "text"], name: ["approve", "report", "name"], rest: ["approve", "rest"] }),
        ],
        ["start>approve", "approve:send>read", "read>sent"],
      ),
    );
    const frames = await asking.v1.frames("/workflows/run", { user: "ada", inputs: {} });
    const asked = frames.find(({ data }) => data["event"] === "human_input_required")!.data;
    const made = new FormData();
    made.append("user", "ada");
    made.append("file", new File(["all is well"], "report.txt", { type: "text/plain" }));
    const headers = { authorization: `Bearer ${asking.key}` };
    const sent = await fetch(`${installation.url}/v1/files/upload`, { method: "POST", headers, body: made });
    const report = { transfer_method: "local_file", upload_file_id: ((await sent.json()) as Json)["id"] };
    const submit = (inputs: Json) =>
      asking.v1.send("POST", `/form/human_input/${(asked["data"] as Json)["form_token"]}`, {
        user: "ada",
        action: "send",
        inputs,
      });
    const foreign = await submit({ report: { ...report, upload_file_id: "nonsense" }, rest: [] });
    expect([foreign.status, ((await foreign.json()) as Json)["message"]]).toEqual([
      400,
      expect.stringMatching(/report: no file was uploaded/),
    ]);
    const wrong = await submit({ report, rest: [report] });
    expect([wrong.status, ((await wrong.json()) as Json)["message"]]).toEqual([
      400,
      expect.stringMatching(/rest does not take "report.txt"/),
    ]);
    expect((await submit({ report, rest: [] })).status).toBe(200);
    const path = `/workflows/run/${asked["workflow_run_id"]}`;
    await expect.poll(async () => (await asking.v1.get(path))["status"], { timeout: 10_000 }).toBe("succeeded");
    expect((await asking.v1.get(path))["outputs"]).toEqual({ text: "all is well", name: "report.txt", rest: [] });
  });

  it("has a form for its own app's key only", async () => {
    const { token } = await paused();
    expect((await chat.v1.send("GET", `/form/human_input/${token}`)).status).toBe(404);
    expect((await workflow.v1.send("GET", "/form/human_input/unknown")).status).toBe(404);
  });
});

describe("a chat that waits for a person", () => {
  it("keeps what it said, and goes on in the same message", async () => {
    const first = await chat.v1.frames(
      "/chat-messages",
      { user: "ada", query: "tea", inputs: {} },
      { "x-stream-ids": "1" },
    );
    expect(eventNames(first).at(-1)).toBe("workflow_paused");
    expect(textOf(first)).toBe("Asking about tea. ");
    const asked = first.find(({ data }) => data["event"] === "human_input_required")!.data;
    const { form_token: token } = asked["data"] as Json;
    const conversation = String(asked["conversation_id"]);
    // Another turn may be talked about meanwhile.
    const second = await chat.v1.post("/chat-messages", {
      user: "ada",
      query: "milk",
      inputs: {},
      conversation_id: conversation,
    });
    expect(second).toMatchObject({
      event: "workflow_paused",
      answer: "Asking about milk. ",
      metadata: { usage: { prompt_tokens: 0, total_tokens: 0 } },
    });
    const stored = await chat.v1.get(`/workflows/run/${second["workflow_run_id"]}`);
    expect(stored).toMatchObject({ status: "paused", outputs: {} });
    const reading = chat.v1
      .send("GET", `/chat-messages/${asked["task_id"]}/events?user=ada&continue_on_pause=true`, undefined, {
        "last-event-id": String(first.length),
      })
      .then((response) => allFrames(response));
    await chat.v1.post(`/form/human_input/${token}`, { user: "ada", action: "send", inputs: {} });
    const rest = await reading;
    expect(textOf([...first, ...rest])).toBe("Asking about tea. Thank you, it is on its way.");
    expect(eventNames(rest).slice(-2)).toEqual(["message_end", "workflow_finished"]);
    expect(rest.every(({ data }) => data["message_id"] === asked["message_id"])).toBe(true);
  });

  it("leaves what other turns wrote to the conversation meanwhile", async () => {
    const count = {
      id: "count",
      type: "assigner",
      version: "2",
      items: [{ variable_selector: ["conversation", "count"], input_type: "constant", operation: "+=", value: 1 }],
    };
    const counting = await installation.publish(
      appText(
        "advanced-chat",
        [
          start(),
          count,
          template("draft", "{{ q }}", { q: ["sys", "query"] }),
          approval({ inputs: [] }),
          { id: "yes", type: "answer", answer: "{{#conversation.count#}}" },
        ],
        ["start>count", "count>draft", "draft>approve", "approve:send>yes"],
        { conversation_variables: [{ id: "count", name: "count", value_type: "number", value: 0 }] },
      ),
    );
    let conversation_id = "";
    const turn = async () => {
      const body = { user: "ada", query: "tea", inputs: {}, conversation_id };
      const frames = await counting.v1.frames("/chat-messages", body);
      const asked = frames.find(({ data }) => data["event"] === "human_input_required")!.data;
      conversation_id = String(asked["conversation_id"]);
      return asked;
    };
    const goOn = async (asked: Json) => {
      const token = (asked["data"] as Json)["form_token"];
      await counting.v1.post(`/form/human_input/${token}`, { user: "ada", action: "send", inputs: {} });
      const address = `/chat-messages/${asked["task_id"]}/events?user=ada&continue_on_pause=true`;
      return textOf(await allFrames(await counting.v1.send("GET", address)));
    };
    const [first, second] = [await turn(), await turn()];
    expect([await goOn(second), await goOn(first)]).toEqual(["2", "2"]);
    expect(await goOn(await turn())).toBe("3");
  });

  it("remembers the turns before it, and none that came while it waited; so does its replay", async () => {
    const memory = { query_prompt_template: "{{#sys.query#}}", window: { enabled: false, size: 50 } };
    const remembering = await installation.publish(
      appText(
        "advanced-chat",
        [
          start(),
          template("draft", "{{ q }}", { q: ["sys", "query"] }),
          approval({ inputs: [] }),
          llm("ask", "Be kind.", { memory }),
          { id: "yes", type: "answer", answer: "{{#ask.text#}}" },
        ],
        ["start>draft", "draft>approve", "approve:send>ask", "ask>yes"],
      ),
    );
    let conversation_id = "";
    const turn = async (query: string) => {
      const body = { user: "ada", query, inputs: {}, conversation_id };
      const frames = await remembering.v1.frames("/chat-messages", body);
      const asked = frames.find(({ data }) => data["event"] === "human_input_required")!.data;
      conversation_id = String(asked["conversation_id"]);
      return asked;
    };
    /** What the turn asked the model with. */
    const goOn = async (asked: Json) => {
      const token = (asked["data"] as Json)["form_token"];
      await remembering.v1.post(`/form/human_input/${token}`, { user: "ada", action: "send", inputs: {} });
      const address = `/chat-messages/${asked["task_id"]}/events?user=ada&continue_on_pause=true`;
      await allFrames(await remembering.v1.send("GET", address));
      const messages = installation.model.requests.at(-1)!.body["messages"] as Json[];
      return messages.filter(({ role }) => role === "user").map(({ content }) => content);
    };
    const [first, second] = [await turn("tea"), await turn("milk")];
    expect(await goOn(second)).toEqual(["Be kind.", "milk"]);
    expect(await goOn(first)).toEqual(["Be kind.", "tea"]);
    expect(await goOn(await turn("sugar"))).toEqual(["Be kind.", "tea", "milk", "sugar"]);

    const asked = installation.model.requests.length;
    const run = `/runs/${first["workflow_run_id"]}`;
    const { run_id: replay } = await installation.console.call<{ run_id: string }>("POST", `${run}/replay`, {});
    await expect
      .poll(async () => (await installation.console.call<Json>("GET", `/runs/${replay}`))["status"])
      .toBe("succeeded");
    expect(await installation.console.call<Json>("GET", `${run}/compare/${replay}`)).toMatchObject({ equal: true });
    expect(installation.model.requests.length).toBe(asked);
  });
});
