import { canonicalProvider, DEMO_PROVIDER } from "@diwan/models";
import type { ModelServer } from "@diwan/testkit";
import { isObject, type ObjectValue, readAppFile, stringifyJson, type Value } from "@diwan/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasClusterServices, startCluster } from "../support/cluster.ts";
import type { ConsoleClient } from "../support/console-client.ts";
import { allFrames, type Frame, textOf } from "../support/event-stream.ts";
import { type PublishedApp, startInstallation } from "../support/installation.ts";
import { type AppFileCase, cases, type ExpectedRun } from "./cases.ts";
import { compactEvents } from "./compact-events.ts";
import { replyTo } from "./scripted-replies.ts";

type Json = Record<string, unknown>;
type Server = AsyncDisposable & {
  model: ModelServer;
  console: ConsoleClient;
  publish(content: string): Promise<PublishedApp>;
};

/** Runs that begin a conversation anew: what was said before them would have to be said first. */
const standalone = ({ history, dialogueCount }: ExpectedRun) => history === undefined && dialogueCount === undefined;
const runnable = cases.filter(({ expected }) => expected.runs.some(standalone));

describe.each<[string, boolean, () => Promise<Server>]>([
  ["one process with everything embedded", true, () => startInstallation()],
  ["api and worker over Postgres and Redis (needs both)", hasClusterServices, () => startCluster(8)],
])("the app files through /v1 of %s", (_name, isThere, open) => {
  let server: Server;
  beforeAll(async () => {
    if (!isThere) return;
    server = await open();
    for (const provider of providersIn(runnable)) {
      await server.console.call("PUT", `/workspaces/${server.console.workspaceId}/model-providers`, {
        provider,
        base_url: server.model.url,
        api_key: "sk-1234567890abcdef",
      });
    }
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it.skipIf(!isThere).each(runnable)("$name", async ({ text, expected }) => {
    const app = await server.publish(text.replaceAll(DEMO_PROVIDER, "langgenius/openai/openai"));
    const isChat = readAppFile(text).file!.mode === "advanced-chat";
    for (const run of expected.runs.filter(standalone)) {
      server.model.script(({ body }) => replyTo(body, run.models ?? []));
      const inputs = await inputsOf(app, run);
      const query: Record<string, Value> = isChat ? { query: run.query ?? "hi" } : {};
      const body = stringifyJson({ user: "ada", response_mode: "streaming", inputs, ...query });
      const response = await app.v1.send("POST", isChat ? "/chat-messages" : "/workflows/run", body);
      if (run.refused !== undefined) {
        expect([response.status, ((await response.json()) as Json)["message"]], run.name).toEqual([
          400,
          expect.stringContaining(run.refused),
        ]);
        continue;
      }
      const frames = (await allFrames(response)).filter(({ data }) => data["event"] !== undefined);
      expectFrames(frames, run);
    }
  });
});

function expectFrames(frames: Frame[], run: ExpectedRun): void {
  const finished = frames.find(
    ({ data }) => data["event"] === "workflow_finished" || data["event"] === "workflow_paused",
  )!;
  const data = finished.data["data"] as Json;
  expect(data["status"], run.name).toBe(run.status);
  if (run.error !== undefined) expect(data["error"], run.name).toContain(run.error);
  if (run.answer !== undefined) expect(textOf(frames), run.name).toBe(run.answer);
  // Files have other ids and addresses wherever they lie.
  if (run.outputs !== undefined && run.files === undefined && run.status !== "paused") {
    expect(data["outputs"], run.name).toEqual(JSON.parse(stringifyJson(run.outputs)));
  }
  if (run.events !== undefined) expect(compactEvents(frames.map((frame) => frame.data)), run.name).toEqual(run.events);
}

/** The run's inputs, its files uploaded and in their places. */
async function inputsOf(app: PublishedApp, { inputs = {}, files = {} }: ExpectedRun): Promise<Record<string, Value>> {
  const uploaded = new Map<string, ObjectValue>();
  for (const [name, { text, mime_type, type = "custom", transfer_method, remote_url }] of Object.entries(files)) {
    if (transfer_method === "remote_url") {
      uploaded.set(name, { transfer_method, url: remote_url ?? "", type });
      continue;
    }
    const form = new FormData();
    form.set("user", "ada");
    form.set("file", new File([text], name, { type: mime_type ?? "application/octet-stream" }));
    const reply = await app.v1.upload(form);
    uploaded.set(name, { transfer_method: "local_file", upload_file_id: String(reply["id"]), type });
  }
  const put = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(put);
    const name = isObject(value) ? value["$file"] : undefined;
    return typeof name === "string" ? uploaded.get(name)! : value;
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, put(value)]));
}

function providersIn(files: readonly AppFileCase[]): Set<string> {
  const providers = new Set<string>();
  for (const { text } of files) {
    for (const [, name] of text.matchAll(/provider: ["']?([\w/-]+)/g)) {
      if (!/demo/.test(name!)) providers.add(canonicalProvider(name!));
    }
  }
  return providers;
}
