import { createKey, importApp } from "@diwan/apps";
import { createIdSource, systemClock, type WorkspaceScope } from "@diwan/kernel";
import { openDataDirectory } from "@diwan/standalone";
import { openEmbeddedStack } from "@diwan/storage/embedded";
import { createKeyRing, createSealer } from "@diwan/workspaces";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start } from "../support/app-text.ts";
import { readFrames } from "../support/event-stream.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";
import { V1Client } from "../support/v1-client.ts";

type Json = Record<string, unknown>;
type Neighbour = {
  scope: WorkspaceScope;
  workflow: string;
  chat: string;
  workflowKey: string;
  chatKey: string;
  /** Of an app whose API access is switched off. */
  closedKey: string;
};

let installation: TestInstallation;
let neighbour: Neighbour;
let theirs: { workflow: V1Client; chat: V1Client };
let mine: { workflow: PublishedApp; chat: PublishedApp };
/** A run and a conversation of the neighbour. */
let theirRun: string;
let theirConversation: string;

const workflowText = appText(
  "workflow",
  [start(), llm("ask", "hi"), end("end", { t: ["ask", "text"] })],
  ["start>ask", "ask>end"],
);
const chatText = appText("advanced-chat", [start(), { id: "a", type: "answer", answer: "Hi" }], ["start>a"]);

beforeAll(async () => {
  installation = await startInstallation({
    prepare: async (folder) => {
      neighbour = await makeNeighbour(folder);
    },
  });
  installation.model.script({ text: ["ours"] });
  const { url } = installation;
  theirs = { workflow: new V1Client(url, neighbour.workflowKey), chat: new V1Client(url, neighbour.chatKey) };
  mine = { workflow: await installation.publish(workflowText), chat: await installation.publish(chatText) };
  theirRun = String((await theirs.workflow.post("/workflows/run", { user: "ada", inputs: {} }))["workflow_run_id"]);
  const said = await theirs.chat.post("/chat-messages", { user: "ada", inputs: {}, query: "hello" });
  theirConversation = String(said["conversation_id"]);
});
afterAll(() => installation[Symbol.asyncDispose]());

/** A second workspace with two apps, made before anything runs: so far no route makes one. */
async function makeNeighbour(folder: string): Promise<Neighbour> {
  const ids = createIdSource();
  const data = openDataDirectory(folder);
  const stack = await openEmbeddedStack({ folder, version: "test", streamRetentionMs: 1, ids, clock: systemClock });
  const scope: WorkspaceScope = { workspaceId: ids.next() };
  await stack.pool.query(
    "insert into workspace (id, name, slug, created_at) values ($1, 'Neighbours', 'next', now())",
    [scope.workspaceId],
  );
  const sealer = createSealer(createKeyRing(data.secretKey, []), stack.stores.dataKeys, ids);
  const needs = { ...stack.stores, sealer, clock: systemClock, ids };
  const publish = async (content: string) => {
    const { app } = await importApp(needs, scope, { content, draft: false, by: null });
    return { id: app!.id, key: (await createKey(needs, scope, app!.id)).value };
  };
  const workflow = await publish(workflowText);
  const chat = await publish(chatText);
  const closed = await publish(chatText);
  await stack.pool.query("update app set enable_api = false where id = $1", [closed.id]);
  await stack.close();
  const keys = { workflowKey: workflow.key, chatKey: chat.key, closedKey: closed.key };
  return { scope, workflow: workflow.id, chat: chat.id, ...keys };
}

describe("with another workspace's ids, keys of the service API", () => {
  it("work for their own", async () => {
    expect(await theirs.workflow.get(`/workflows/run/${theirRun}`)).toMatchObject({ status: "succeeded" });
    expect(await theirs.workflow.get("/info")).toMatchObject({ author_name: "" });
  });

  it("find no run, no stream and no conversation", async () => {
    const refused = [
      await mine.workflow.v1.send("GET", `/workflows/run/${theirRun}`),
      await mine.workflow.v1.send("GET", `/workflow/${theirRun}/events?user=ada`),
      await mine.chat.v1.send("GET", `/chat-messages/${theirRun}/events?user=ada`),
      await mine.chat.v1.send("POST", "/chat-messages", {
        user: "ada",
        inputs: {},
        query: "x",
        conversation_id: theirConversation,
      }),
    ];
    for (const response of refused) {
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: "not_found" });
    }
  });

  it("start none of their versions", async () => {
    const { workflow_id } = await theirs.workflow.get(`/workflows/run/${theirRun}`);
    const path = `/workflows/${workflow_id}/run`;
    expect((await mine.workflow.v1.send("POST", path, { user: "ada", inputs: {} })).status).toBe(404);
    expect((await theirs.workflow.send("POST", path, { user: "ada", inputs: {} })).status).toBe(200);
  });

  it("stop none of their runs", async () => {
    installation.model.script({ text: Array.from({ length: 20 }, () => "word "), pieceMs: 50 });
    const response = await theirs.workflow.stream("/workflows/run", { user: "ada", inputs: {} });
    const frames = [];
    for await (const frame of readFrames(response)) {
      frames.push(frame);
      if (frames.length > 1) continue;
      const path = `/workflows/tasks/${frame.data["task_id"]}/stop`;
      expect(await mine.workflow.v1.post(path, { user: "ada" })).toEqual({ result: "success" });
    }
    expect(frames.at(-1)!.data).toMatchObject({ event: "workflow_finished", data: { status: "succeeded" } });
  });
});

describe("with another workspace's ids, the console", () => {
  it.each<[string, () => [string, string, object?]]>([
    ["an app", () => ["GET", `/apps/${neighbour.workflow}`]],
    ["a change of an app", () => ["PATCH", `/apps/${neighbour.workflow}`, { name: "Mine" }]],
    ["a removal", () => ["DELETE", `/apps/${neighbour.workflow}`]],
    ["a publication", () => ["POST", `/apps/${neighbour.workflow}/publish`]],
    ["an export", () => ["GET", `/apps/${neighbour.workflow}/export?include_secrets=true`]],
    ["keys", () => ["GET", `/apps/${neighbour.workflow}/keys`]],
    ["a new key", () => ["POST", `/apps/${neighbour.workflow}/keys`]],
    ["an app's runs", () => ["GET", `/apps/${neighbour.workflow}/runs`]],
    ["a start", () => ["POST", `/apps/${neighbour.workflow}/runs`, { inputs: {} }]],
    ["a run", () => ["GET", `/runs/${theirRun}`]],
    ["a run's events", () => ["GET", `/runs/${theirRun}/events`]],
    ["a stop", () => ["POST", `/runs/${theirRun}/stop`]],
    ["the list of apps", () => ["GET", `/workspaces/${neighbour.scope.workspaceId}/apps`]],
    ["an import", () => ["POST", `/workspaces/${neighbour.scope.workspaceId}/imports`, { content: chatText }]],
    ["samples", () => ["POST", `/workspaces/${neighbour.scope.workspaceId}/samples/support-reply`]],
    ["providers", () => ["GET", `/workspaces/${neighbour.scope.workspaceId}/model-providers`]],
    [
      "a provider",
      () => [
        "PUT",
        `/workspaces/${neighbour.scope.workspaceId}/model-providers`,
        { provider: "openai", base_url: "http://127.0.0.1:9/v1", api_key: "x" },
      ],
    ],
  ])("finds nothing for %s, as if it did not exist", async (_, request) => {
    const [method, path, body] = request();
    const response = await installation.console.send(method, path, body);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: expect.stringMatching(/^(app|run|workspace)\.not-found$/) });
  });

  it("lists only its own apps", async () => {
    const { console } = installation;
    const { data } = await console.call<{ data: { id: string }[] }>("GET", `/workspaces/${console.workspaceId}/apps`);
    expect(data.map(({ id }) => id).sort()).toEqual([mine.workflow.appId, mine.chat.appId].sort());
  });

  it("has changed nothing of theirs", async () => {
    expect(await theirs.workflow.get("/info")).toMatchObject({ name: "Sketch" });
    const { data } = (await theirs.workflow.post("/workflows/run", { user: "ada", inputs: {} })) as { data: Json };
    expect(data).toMatchObject({ status: "succeeded" });
  });
});

it("a key of an app whose API access is off is told so, on every route", async () => {
  const closed = new V1Client(installation.url, neighbour.closedKey);
  const refused = [
    await closed.send("GET", "/info"),
    await closed.send("GET", "/parameters"),
    await closed.send("POST", "/chat-messages", { user: "ada", inputs: {}, query: "x" }),
  ];
  for (const response of refused) {
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      code: "forbidden",
      status: 403,
      message: expect.stringContaining("switched off"),
    });
  }
});
