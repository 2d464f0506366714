import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ModelServer, startModelServer, words } from "@diwan/testkit";
import { copyEmbeddedTemplate } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start, template, text } from "../support/app-text.ts";
import { ConsoleClient } from "../support/console-client.ts";
import { allFrames, eventNames, type Frame, readFrames, textOf } from "../support/event-stream.ts";
import { projectRoot } from "../support/installation.ts";
import { V1Client } from "../support/v1-client.ts";

type Json = Record<string, unknown>;
type Running = { process: ChildProcess; url: string };

/** Long enough to be killed in the middle. */
const story = words("A kettle was on the fire when the lights went out, and when they came back it sang as before.");

let folder: string;
let model: ModelServer;
let running: Running | undefined;
let workflowKey: string;
let chatKey: string;
let workflowId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "diwan-kill-"));
  await copyEmbeddedTemplate(folder);
  model = await startModelServer(() => ({ text: story, pieceMs: 60 }));
  running = await startProcess();
  const console = new ConsoleClient(running.url);
  await console.setUp("the secret of this test");
  const publish = async (content: string) => {
    const path = `/workspaces/${console.workspaceId}/imports`;
    const { app_id } = await console.call<{ app_id: string }>("POST", path, { content });
    const { value } = await console.call<{ value: string }>("POST", `/apps/${app_id}/keys`);
    return { id: app_id, key: value };
  };
  ({ key: workflowKey, id: workflowId } = await publish(workflow));
  ({ key: chatKey } = await publish(chat));
});
afterAll(async () => {
  await stop("SIGKILL");
  await model[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const workflow = appText(
  "workflow",
  [
    start([text("name")]),
    template("before", "For {{ name }}:", { name: ["start", "name"] }),
    llm("ask", "Tell {{#before.output#}}"),
    end("end", { title: ["before", "output"], story: ["ask", "text"] }),
  ],
  ["start>before", "before>ask", "ask>end"],
);
const chat = appText(
  "advanced-chat",
  [start(), llm("ask", "Chat"), { id: "reply", type: "answer", answer: "Once: {{#ask.text#}}" }],
  ["start>ask", "ask>reply"],
);

/** `diwan start` without the console's build, on the one data folder. */
async function startProcess(): Promise<Running> {
  const main = join(projectRoot, "services/standalone/src/cli/main.ts");
  const environment = {
    ...process.env,
    OPENAI_API_BASE: model.url,
    OPENAI_API_KEY: "sk-test",
    INIT_PASSWORD: "the secret of this test",
  };
  // What a killed process left behind must not be taken for a new one.
  rmSync(join(folder, "local.json"), { force: true });
  const child = spawn(process.execPath, [main, "start", "--port", "0", "--data", folder], {
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let problem = "";
  child.stderr!.setEncoding("utf8").on("data", (chunk: string) => {
    problem += chunk;
  });
  const file = join(folder, "local.json");
  for (let waited = 0; waited < 30_000; waited += 50) {
    if (existsSync(file)) {
      const { url } = JSON.parse(readFileSync(file, "utf8") || "{}") as { url?: string };
      if (url !== undefined) return { process: child, url };
    }
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${problem}`);
    await sleep(50);
  }
  throw new Error(`It did not start: ${problem}`);
}

async function stop(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
  const child = running?.process;
  running = undefined;
  if (child === undefined || child.exitCode !== null) return null;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill(signal);
  await gone;
  return child.exitCode;
}

/** Reads until some text has come, and hangs on what follows until the process is gone. */
async function readUntilKilled(response: Response, kill: () => Promise<unknown>): Promise<Frame[]> {
  const frames: Frame[] = [];
  try {
    for await (const frame of readFrames(response)) {
      frames.push(frame);
      if (textOf(frames).length > 30) await kill();
    }
  } catch {
    // The connection breaks with the process.
  }
  return frames;
}

const clients = () => ({
  workflow: new V1Client(running!.url, workflowKey),
  chat: new V1Client(running!.url, chatKey),
});

describe("after kill -9 and a start on the same folder", () => {
  const ids = { "x-stream-ids": "1" };
  let first: { workflow: Frame[]; chat: Frame[] };
  let second: { workflow: Frame[]; chat: Frame[] };
  let recoveredMs: number;

  beforeAll(async () => {
    const before = clients();
    const responses = await Promise.all([
      before.workflow.stream("/workflows/run", { user: "ada", inputs: { name: "Ada" } }, ids),
      before.chat.stream("/chat-messages", { user: "ada", inputs: {}, query: "go on" }, ids),
    ]);
    let killing: Promise<unknown> | undefined;
    const kill = () => {
      killing ??= sleep(100).then(() => stop("SIGKILL"));
      return Promise.resolve();
    };
    const [ofWorkflow, ofChat] = await Promise.all(responses.map((response) => readUntilKilled(response, kill)));
    await killing;
    first = { workflow: ofWorkflow!, chat: ofChat! };

    running = await startProcess();
    const startedAt = performance.now();
    const after = clients();
    const again = async (client: V1Client, path: string, frames: readonly Frame[]) => {
      const headers = { "last-event-id": String(frames.at(-1)!.id) };
      const task = frames[0]!.data["task_id"];
      return allFrames(await client.send("GET", `${path}/${task}/events?user=ada`, undefined, headers));
    };
    const [workflowAgain, chatAgain] = await Promise.all([
      again(after.workflow, "/workflow", first.workflow),
      again(after.chat, "/chat-messages", first.chat),
    ]);
    recoveredMs = performance.now() - startedAt;
    second = { workflow: workflowAgain, chat: chatAgain };
  });

  it("readers had been cut off in the middle of the text", () => {
    for (const frames of [first.workflow, first.chat]) {
      expect(textOf(frames).length).toBeGreaterThan(30);
      expect(eventNames(frames)).not.toContain("workflow_finished");
    }
  });

  it("readers who come back get the rest, told what to replace, up to the end", () => {
    expect(eventNames(second.workflow).slice(0, 2)).toEqual(["workflow_started", "text_replace"]);
    expect(second.workflow[0]!.data["data"]).toMatchObject({ reason: "resumption" });
    expect(eventNames(second.chat).slice(0, 2)).toEqual(["workflow_started", "message_replace"]);
    expect(textOf([...first.workflow, ...second.workflow])).toBe(`For Ada:\n${story.join("")}`);
    expect(textOf([...first.chat, ...second.chat])).toBe(`Once: ${story.join("")}`);
    expect(second.workflow.at(-1)!.data).toMatchObject({ event: "workflow_finished", data: { status: "succeeded" } });
    expect(eventNames(second.chat).slice(-2)).toEqual(["message_end", "workflow_finished"]);
  });

  it("numbers of frames only grow, so that nothing is missed or read twice", () => {
    for (const frames of [
      [...first.workflow, ...second.workflow],
      [...first.chat, ...second.chat],
    ]) {
      const numbers = frames.map(({ id }) => id!);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    }
  });

  it("runs go on at once, without waiting for the dead process's lease", () => {
    // A lease lasts twenty seconds; the story itself takes a little more than one.
    expect(recoveredMs).toBeLessThan(8_000);
  });

  it("steps that were done are not done again", async () => {
    const restarted = second.workflow.flatMap(({ data }) =>
      data["event"] === "node_started" ? [(data["data"] as Json)["node_id"]] : [],
    );
    expect(restarted).toEqual(["ask", "end"]);
    const detail = await clients().workflow.get(`/workflows/run/${first.workflow[0]!.data["workflow_run_id"]}`);
    expect(detail).toMatchObject({
      status: "succeeded",
      outputs: { title: "For Ada:", story: story.join("") },
      total_steps: 4,
    });
  });

  it("the conversation has its turn", async () => {
    const { chat: client } = clients();
    model.script({ text: ["Yes."] });
    const conversation_id = first.chat[0]!.data["conversation_id"];
    const reply = await client.post("/chat-messages", { user: "ada", inputs: {}, query: "more?", conversation_id });
    expect(reply).toMatchObject({ answer: "Once: Yes.", conversation_id });
    model.script({ text: story, pieceMs: 60 });
  });

  it("nothing is left running", async () => {
    const console = new ConsoleClient(running!.url);
    await console.signIn();
    const { data } = await console.call<{ data: Json[] }>("GET", `/apps/${workflowId}/runs`);
    expect(data.map(({ status }) => status)).toEqual(["succeeded"]);
  });
});

describe("after an orderly stop in the middle of a run", () => {
  it("the process ends by itself, and the next one finishes the run", async () => {
    model.script({ text: [...story, ...story, ...story, ...story], pieceMs: 60 });
    const response = await clients().workflow.stream("/workflows/run", { user: "ada", inputs: { name: "Lin" } });
    let stopped: Promise<number | null> | undefined;
    const frames = await readUntilKilled(response, async () => {
      stopped ??= stop("SIGTERM");
    });
    expect(await stopped).toBe(0);
    expect(eventNames(frames)).not.toContain("workflow_finished");

    model.script({ text: story });
    running = await startProcess();
    const runId = frames[0]!.data["workflow_run_id"];
    const rest = await allFrames(await clients().workflow.send("GET", `/workflow/${runId}/events?user=ada`));
    expect(rest.at(-1)!.data).toMatchObject({
      event: "workflow_finished",
      data: { status: "succeeded", outputs: { story: story.join("") } },
    });
  });
});
