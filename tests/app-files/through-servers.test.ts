import { canonicalProvider, DEMO_PROVIDER } from "@diwan/models";
import { type HttpServer, type ModelServer, openTestSandbox, type TestSandbox } from "@diwan/testkit";
import { type ObjectValue, readAppFile, stringifyJson, type Value } from "@diwan/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasClusterServices, startCluster } from "../support/cluster.ts";
import type { ConsoleClient } from "../support/console-client.ts";
import { allFrames, type Frame, textOf } from "../support/event-stream.ts";
import { type PublishedApp, startInstallation } from "../support/installation.ts";
import {
  type AppFileCase,
  canRun,
  cases,
  type ExpectedRun,
  mapAnswers,
  needs,
  timesOut,
  withFilesInPlace,
} from "./cases.ts";
import { compactEvents, stepsOf } from "./compact-events.ts";
import { scriptedReplies } from "./scripted-replies.ts";
import { startTestSite, testSiteSettings, withSite } from "./test-site.ts";

type Json = Record<string, unknown>;
type Server = AsyncDisposable & {
  model: ModelServer;
  console: ConsoleClient;
  publish(content: string): Promise<PublishedApp>;
};

/** Runs that a client's call begins, in a new conversation: what was said before would have to be said first. */
const standalone = (run: ExpectedRun) =>
  [run.history, run.dialogueCount, run.root].every((given) => given === undefined) && !timesOut(run);
const runnable = cases
  .filter(({ expected }) => expected.runs.some(standalone))
  .map((one) => ({ ...one, isHere: canRun(one), title: one.name + needs(one) }));

describe.each<[string, boolean, (settings: Record<string, string>) => Promise<Server>]>([
  ["one process with everything embedded", true, (settings) => startInstallation({ settings })],
  ["api and worker over Postgres and Redis (needs both)", hasClusterServices, (settings) => startCluster(8, settings)],
])("the app files through /v1 of %s", (_name, isThere, open) => {
  let server: Server;
  let site: HttpServer;
  let sandbox: TestSandbox;
  beforeAll(async () => {
    if (!isThere) return;
    sandbox = await openTestSandbox();
    [server, site] = await Promise.all([open({ ...testSiteSettings, ...sandbox.settings }), startTestSite()]);
    for (const provider of providersIn(runnable)) {
      await server.console.call("PUT", `/workspaces/${server.console.workspaceId}/model-providers`, {
        provider,
        base_url: server.model.url,
        api_key: "sk-1234567890abcdef",
      });
    }
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
    await sandbox?.[Symbol.asyncDispose]();
  });

  const [here, elsewhere] = [runnable.filter(({ isHere }) => isHere), runnable.filter(({ isHere }) => !isHere)];
  it.skip.each(elsewhere)("$title", () => {});

  it.skipIf(!isThere).each(here)("$title", async ({ text, expected }) => {
    const app = await server.publish(text.replaceAll(DEMO_PROVIDER, "langgenius/openai/openai"));
    const isChat = readAppFile(text).file!.mode === "advanced-chat";
    for (const run of expected.runs.filter(standalone)) {
      server.model.script(scriptedReplies(run.models));
      const uploaded = await upload(app, run.files ?? {});
      const inputs = withSite(withFilesInPlace(run.inputs ?? {}, uploaded), site.url);
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
      const frames = withoutPings(await allFrames(response));
      if (run.answers !== undefined) {
        const answers = mapAnswers(run.answers, (given) => withFilesInPlace(given, uploaded));
        frames.push(...(await answerForms(app, frames, answers)));
      }
      expectFrames(frames, run);
    }
  });
});

function withoutPings(frames: readonly Frame[]): Frame[] {
  return frames.filter(({ data }) => data["event"] !== undefined);
}

/** Answers every form that a run asked for, and returns what its stream says from then on. */
async function answerForms(
  app: PublishedApp,
  frames: readonly Frame[],
  answers: NonNullable<ExpectedRun["answers"]>,
): Promise<Frame[]> {
  const asked = frames.flatMap(({ data }) => (data["event"] === "human_input_required" ? [data] : []));
  const path = `/workflow/${asked[0]!["workflow_run_id"]}/events?user=ada&continue_on_pause=true`;
  // Every event was one frame so far.
  const last = { "last-event-id": String(frames.length) };
  const rest = app.v1.send("GET", path, undefined, last).then((response) => allFrames(response));
  for (const { data } of asked) {
    const { node_id: step, form_token: token } = data as { node_id: string; form_token: string };
    const answer = answers[step];
    if (answer?.type !== "submitted") continue;
    const { action, inputs } = answer;
    const body = stringifyJson({ user: "ada", action, inputs: inputs as Record<string, Value> });
    expect((await app.v1.send("POST", `/form/human_input/${token}`, body)).status).toBe(200);
  }
  return withoutPings(await rest);
}

function expectFrames(frames: Frame[], run: ExpectedRun): void {
  const finished = frames.findLast(
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
  if (run.steps !== undefined) expect(stepsOf(frames.map((frame) => frame.data)), run.name).toEqual(run.steps);
  if (run.events !== undefined) expect(compactEvents(frames.map((frame) => frame.data)), run.name).toEqual(run.events);
}

/** Uploads a run's files; gives what a caller names each by. */
async function upload(
  app: PublishedApp,
  files: NonNullable<ExpectedRun["files"]>,
): Promise<Record<string, ObjectValue>> {
  const uploaded: Record<string, ObjectValue> = {};
  for (const [name, { text, mime_type, type = "custom", transfer_method, remote_url }] of Object.entries(files)) {
    if (transfer_method === "remote_url") {
      uploaded[name] = { transfer_method, url: remote_url ?? "", type };
      continue;
    }
    const form = new FormData();
    form.set("user", "ada");
    form.set("file", new File([text], name, { type: mime_type ?? "application/octet-stream" }));
    const reply = await app.v1.upload(form);
    uploaded[name] = { transfer_method: "local_file", upload_file_id: String(reply["id"]), type };
  }
  return uploaded;
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
