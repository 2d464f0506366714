import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start } from "../support/app-text.ts";
import { allFrames } from "../support/event-stream.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";
import { V1Client } from "../support/v1-client.ts";

type Json = Record<string, unknown>;

let installation: TestInstallation;
let workflow: PublishedApp;
let chat: PublishedApp;
let draft: PublishedApp;

beforeAll(async () => {
  installation = await startInstallation();
  workflow = await installation.publish(
    appText("workflow", [start(everyField), end("end", { city: ["start", "city"] })], ["start>end"]),
  );
  chat = await installation.publish(
    appText("advanced-chat", [start(), { id: "a", type: "answer", answer: "Hi" }], ["start>a"], {
      features: {
        opening_statement: "Hello {{name}}",
        suggested_questions: ["Why?"],
        retriever_resource: { enabled: true },
      },
    }),
  );
  draft = await draftApp();
});
afterAll(() => installation[Symbol.asyncDispose]());

const everyField: { variable: string; type: string; [key: string]: unknown }[] = [
  { variable: "city", label: "city", type: "text-input", max_length: 20 },
  { variable: "story", label: "Story", type: "paragraph", required: false },
  { variable: "kind", label: "Kind", type: "select", options: ["a", "b"], default: "a" },
  { variable: "count", label: "Count", type: "number" },
  { variable: "sure", label: "Sure", type: "checkbox", hide: true },
  { variable: "more", label: "More", type: "json_object", json_schema: { type: "object" } },
  {
    variable: "photo",
    label: "Photo",
    type: "file",
    allowed_file_types: ["image"],
    allowed_file_extensions: [],
    allowed_file_upload_methods: ["remote_url"],
  },
  { variable: "papers", label: "Papers", type: "file-list", max_length: 3, allowed_file_types: ["document"] },
];

async function draftApp(): Promise<PublishedApp> {
  const { console, url } = installation;
  const content = appText("workflow", [start(), end("end", {})], ["start>end"]);
  const path = `/workspaces/${console.workspaceId}/imports`;
  const { app_id: appId } = await console.call<{ app_id: string }>("POST", path, { content, draft: true });
  const { value: key } = await console.call<{ value: string }>("POST", `/apps/${appId}/keys`);
  return { appId, key, v1: new V1Client(url, key) };
}

describe("descriptors", () => {
  it("says at its root what it is, to everybody", async () => {
    for (const path of ["/v1/", "/v1"]) {
      const response = await fetch(installation.url + path);
      expect([response.status, await response.json()]).toEqual([
        200,
        { welcome: expect.any(String), api_version: "v1", server_version: "test" },
      ]);
    }
  });

  it("GET /info tells what the app is", async () => {
    expect(await workflow.v1.get("/info?user=ada")).toEqual({
      name: "Sketch",
      description: "",
      tags: [],
      mode: "workflow",
      author_name: "Amal",
    });
    expect(await chat.v1.get("/info")).toMatchObject({ mode: "advanced-chat" });
  });

  it("GET /parameters has exactly the twelve keys, with defaults where the app says nothing", async () => {
    const parameters = await workflow.v1.get("/parameters?user=ada");
    const { user_input_form, ...rest } = parameters;
    expect(rest).toEqual({
      opening_statement: null,
      suggested_questions: [],
      suggested_questions_after_answer: { enabled: false },
      speech_to_text: { enabled: false },
      text_to_speech: expect.objectContaining({ enabled: false }),
      retriever_resource: { enabled: false },
      annotation_reply: { enabled: false },
      more_like_this: { enabled: false },
      sensitive_word_avoidance: { enabled: false, type: "", configs: [] },
      file_upload: {
        image: { enabled: false, number_limits: 3, detail: "high", transfer_methods: ["remote_url", "local_file"] },
      },
      system_parameters: {
        image_file_size_limit: 10,
        video_file_size_limit: 100,
        audio_file_size_limit: 50,
        file_size_limit: 15,
        workflow_file_upload_limit: 10,
      },
    });
    expect(user_input_form).toHaveLength(everyField.length);
  });

  it("GET /parameters gives each field of the form under its type alone", async () => {
    const { user_input_form: form } = (await workflow.v1.get("/parameters")) as { user_input_form: Json[] };
    for (const [place, item] of form.entries()) expect(Object.keys(item)).toEqual([everyField[place]!.type]);
    expect(form[0]!["text-input"]).toMatchObject({ variable: "city", label: "city", required: false, max_length: 20 });
    expect(form[2]!["select"]).toMatchObject({ options: ["a", "b"], default: "a" });
    expect(form[4]!["checkbox"]).toMatchObject({ hide: true });
    expect(form[5]!["json_object"]).toMatchObject({ json_schema: { type: "object" } });
    expect(form[6]!["file"]).toMatchObject({
      allowed_file_types: ["image"],
      allowed_file_upload_methods: ["remote_url"],
    });
    expect(form[7]!["file-list"]).toMatchObject({ max_length: 3 });
  });

  it("GET /parameters gives the opening, its questions and features as the app has them", async () => {
    expect(await chat.v1.get("/parameters")).toMatchObject({
      opening_statement: "Hello {{name}}",
      suggested_questions: ["Why?"],
      retriever_resource: { enabled: true },
    });
  });
});

type Refusal = { status: number; code: string; field?: string };

async function refusalOf(response: Response): Promise<Json> {
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  const body = (await response.json()) as Json;
  expect(Object.keys(body).sort()).toEqual(["code", "message", "status"]);
  expect(body["status"]).toBe(response.status);
  expect(body["message"]).toEqual(expect.stringMatching(/\S{2}/));
  return body;
}

describe("a key", () => {
  const ask = (authorization: string | undefined) =>
    fetch(`${installation.url}/v1/info`, { headers: authorization === undefined ? {} : { authorization } });

  it.each([
    ["no header at all", () => undefined],
    ["a header without a scheme", () => workflow.key],
    ["another scheme", () => `Basic ${workflow.key}`],
    ["an unknown key", () => "Bearer app-000000000000000000000000"],
    ["a key of another family", () => `Bearer dataset-${"x".repeat(24)}`],
    ["nothing after the scheme", () => "Bearer "],
  ])("is asked for when there is %s", async (_, header) => {
    const response = await ask(header());
    expect(await refusalOf(response)).toMatchObject({ code: "unauthorized", status: 401 });
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="api"');
  });

  it("is taken whatever the case of its scheme", async () => {
    for (const scheme of ["Bearer", "bearer", "BEARER"])
      expect((await ask(`${scheme} ${workflow.key}`)).status).toBe(200);
  });

  it("stops working when it is removed, and when its app is", async () => {
    const app = await installation.publish(appText("workflow", [start()], []));
    const { value } = await installation.console.call<{ value: string }>("POST", `/apps/${app.appId}/keys`);
    const { data } = await installation.console.call<{ data: { id: string; prefix: string }[] }>(
      "GET",
      `/apps/${app.appId}/keys`,
    );
    const second = data.find(({ prefix }) => value.startsWith(prefix))!;
    expect((await ask(`Bearer ${value}`)).status).toBe(200);
    await installation.console.call("DELETE", `/apps/${app.appId}/keys/${second.id}`);
    await expect.poll(async () => (await ask(`Bearer ${value}`)).status, { timeout: 5_000 }).toBe(401);
    expect((await ask(`Bearer ${app.key}`)).status).toBe(200);
    await installation.console.call("DELETE", `/apps/${app.appId}`);
    await expect.poll(async () => (await ask(`Bearer ${app.key}`)).status, { timeout: 5_000 }).toBeGreaterThan(400);
  });
});

describe("a request that cannot be taken is told why", () => {
  const run = (body: Json) => workflow.v1.send("POST", "/workflows/run", body);
  const say = (body: Json) => chat.v1.send("POST", "/chat-messages", body);
  const good = { user: "ada", inputs: {} };

  it.each<[string, () => Promise<Response>, Refusal]>([
    ["no user", () => run({ inputs: {} }), { status: 400, code: "invalid_param", field: "user" }],
    ["an empty user", () => run({ user: "", inputs: {} }), { status: 400, code: "invalid_param", field: "user" }],
    ["no inputs", () => run({ user: "ada" }), { status: 400, code: "invalid_param", field: "inputs" }],
    [
      "inputs of null",
      () => run({ user: "ada", inputs: null }),
      { status: 400, code: "invalid_param", field: "inputs" },
    ],
    [
      "inputs that are a list",
      () => run({ user: "ada", inputs: [] }),
      { status: 400, code: "invalid_param", field: "inputs" },
    ],
    [
      "an unknown response mode",
      () => run({ ...good, response_mode: "stream" }),
      { status: 400, code: "invalid_param", field: "response_mode" },
    ],
    [
      "files that are no list",
      () => run({ ...good, files: {} }),
      { status: 400, code: "invalid_param", field: "files" },
    ],
    [
      "an input of the wrong type",
      () => run({ user: "a", inputs: { city: 5 } }),
      { status: 400, code: "invalid_param", field: "city" },
    ],
    [
      "an input that is too long",
      () => run({ user: "a", inputs: { city: "x".repeat(21) } }),
      { status: 400, code: "invalid_param", field: "city" },
    ],
    [
      "an option that is not offered",
      () => run({ user: "a", inputs: { kind: "c" } }),
      { status: 400, code: "invalid_param", field: "kind" },
    ],
    [
      "an object in a text",
      () => run({ user: "a", inputs: { city: {} } }),
      { status: 400, code: "invalid_param", field: "city" },
    ],
    ["no query", () => say(good), { status: 400, code: "invalid_param", field: "query" }],
    ["an empty query", () => say({ ...good, query: "" }), { status: 400, code: "invalid_param", field: "query" }],
    [
      "a query that is no text",
      () => say({ ...good, query: 5 }),
      { status: 400, code: "invalid_param", field: "query" },
    ],
    [
      "a malformed conversation",
      () => say({ ...good, query: "x", conversation_id: "abc" }),
      { status: 400, code: "invalid_param", field: "conversation_id" },
    ],
    [
      "a malformed version",
      () => say({ ...good, query: "x", workflow_id: "draft" }),
      { status: 400, code: "bad_request" },
    ],
    [
      "an unknown version",
      () => say({ ...good, query: "x", workflow_id: "0198c0de-0000-7000-8000-000000000000" }),
      { status: 404, code: "not_found" },
    ],
    [
      "a chat's key for a workflow",
      () => chat.v1.send("POST", "/workflows/run", good),
      { status: 400, code: "not_workflow_app" },
    ],
    [
      "a chat's key for a version of a workflow",
      () => chat.v1.send("POST", "/workflows/0198c0de-0000-7000-8000-000000000000/run", good),
      { status: 400, code: "not_workflow_app" },
    ],
    [
      "a chat's key to stop a workflow",
      () => chat.v1.send("POST", "/workflows/tasks/x/stop", good),
      { status: 400, code: "not_workflow_app" },
    ],
    [
      "a workflow's key for a chat",
      () => workflow.v1.send("POST", "/chat-messages", { ...good, query: "x" }),
      { status: 400, code: "not_chat_app" },
    ],
    [
      "a workflow's key to stop a chat",
      () => workflow.v1.send("POST", "/chat-messages/x/stop", good),
      { status: 400, code: "not_chat_app" },
    ],
    [
      "a stop without a user",
      () => workflow.v1.send("POST", "/workflows/tasks/x/stop", {}),
      { status: 400, code: "invalid_param", field: "user" },
    ],
    [
      "parameters of an app that is not published",
      () => draft.v1.send("GET", "/parameters"),
      { status: 400, code: "app_unavailable" },
    ],
    [
      "a run of an app that is not published",
      () => draft.v1.send("POST", "/workflows/run", good),
      { status: 400, code: "app_unavailable" },
    ],
    ["an unknown run", () => workflow.v1.send("GET", "/workflows/run/nope"), { status: 404, code: "not_found" }],
    ["an address that does not exist", () => workflow.v1.send("GET", "/nowhere"), { status: 404, code: "not_found" }],
    [
      "a method that the address does not have",
      () => workflow.v1.send("DELETE", "/info"),
      { status: 405, code: "method_not_allowed" },
    ],
    [
      "a method that an address with an id does not have",
      () => workflow.v1.send("PUT", "/workflows/run/x", {}),
      { status: 405, code: "method_not_allowed" },
    ],
  ])("%s", async (_, ask, { status, code, field }) => {
    const response = await ask();
    const refusal = await refusalOf(response);
    expect([response.status, refusal["code"]]).toEqual([status, code]);
    if (field !== undefined) expect(refusal["message"]).toContain(field);
  });

  const raw = (body: string | undefined, type: string | undefined) =>
    fetch(`${installation.url}/v1/workflows/run`, {
      method: "POST",
      headers: { authorization: `Bearer ${workflow.key}`, ...(type === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { body }),
    });

  it.each<[string, string | undefined, string | undefined, Refusal]>([
    ["text instead of JSON", "user=ada", "text/plain", { status: 415, code: "unsupported_media_type" }],
    [
      "a form instead of JSON",
      "user=ada",
      "application/x-www-form-urlencoded",
      { status: 415, code: "unsupported_media_type" },
    ],
    ["no body", undefined, undefined, { status: 415, code: "unsupported_media_type" }],
    ["JSON that is broken", '{"user": ', "application/json", { status: 400, code: "invalid_param" }],
    ["an empty body", "", "application/json", { status: 400, code: "invalid_param" }],
    ["a list", "[]", "application/json", { status: 400, code: "invalid_param" }],
    ["a bare null", "null", "application/json", { status: 400, code: "invalid_param" }],
    [
      "a body of 20 MB",
      `{"user": "${"x".repeat(20_000_000)}"}`,
      "application/json",
      { status: 413, code: "file_too_large" },
    ],
    ["JSON nested ten thousand deep", "[".repeat(10_000), "application/json", { status: 400, code: "invalid_param" }],
  ])("%s", async (_, body, type, { status, code }) => {
    const response = await raw(body, type);
    expect([response.status, (await refusalOf(response))["code"]]).toEqual([status, code]);
  });

  it("and nothing of it was recorded", async () => {
    for (const { appId } of [workflow, draft, chat]) {
      const { data } = await installation.console.call<{ data: Json[] }>("GET", `/apps/${appId}/runs`);
      expect(data).toEqual([]);
    }
  });
});

describe("browsers and proxies", () => {
  it("get a preflight answered without a key", async () => {
    const response = await fetch(`${installation.url}/v1/chat-messages`, {
      method: "OPTIONS",
      headers: { origin: "https://shop.example", "access-control-request-method": "POST" },
    });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.has("access-control-allow-credentials")).toBe(false);
    const headers = response.headers.get("access-control-allow-headers")!.toLowerCase().split(/,\s*/);
    for (const name of [
      "content-type",
      "authorization",
      "x-app-code",
      "idempotency-key",
      "last-event-id",
      "x-stream-ids",
    ])
      expect(headers).toContain(name);
    for (const method of ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"])
      expect(response.headers.get("access-control-allow-methods")).toContain(method);
  });

  it("may read answers, errors and streams from any origin", async () => {
    const headers = { origin: "https://shop.example" };
    const answers = [
      await workflow.v1.send("GET", "/info", undefined, headers),
      await fetch(`${installation.url}/v1/info`, { headers }),
      await workflow.v1.stream("/workflows/run", { user: "ada", inputs: {} }, headers),
    ];
    for (const response of answers) {
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.get("x-version")).toBe("test");
      expect(response.headers.has("x-env")).toBe(true);
      expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      await response.text();
    }
  });

  it("may double a slash, and add one to the end of the base address", async () => {
    for (const path of ["/v1//info", "//v1/info", "/v1///parameters"]) {
      const response = await fetch(installation.url + path, { headers: { authorization: `Bearer ${workflow.key}` } });
      expect(response.status).toBe(200);
    }
  });

  it("may ask for anything in the query", async () => {
    expect((await workflow.v1.send("GET", "/info?user=&x=%00&y[]=1")).status).toBe(200);
  });
});

it("puts NUL characters out of what users send", async () => {
  const reply = await workflow.v1.post("/workflows/run", { user: "a\u0000da", inputs: { city: "Do\u0000ha" } });
  expect(reply["data"]).toMatchObject({ outputs: { city: "Doha" } });
});

it("says which model provider has no key", async () => {
  const app = await installation.publish(
    appText(
      "workflow",
      [
        start(),
        llm("ask", "hi", { model: { provider: "tongyi", name: "qwen", mode: "chat", completion_params: {} } }),
        end("end", {}),
      ],
      ["start>ask", "ask>end"],
    ),
  );
  const { data } = (await app.v1.post("/workflows/run", { user: "ada", inputs: {} })) as { data: Json };
  expect(data).toMatchObject({ status: "failed", error: expect.stringMatching(/"tongyi" has no key/) });
  const frames = await allFrames(await app.v1.stream("/workflows/run", { user: "ada", inputs: {} }));
  expect(frames.at(-1)!.data).toMatchObject({ event: "workflow_finished", data: { status: "failed" } });
});

it("has left no defect in the log", () => {
  expect(installation.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
