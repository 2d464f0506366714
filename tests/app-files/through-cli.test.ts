import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTestSandbox, startModelServer } from "@diwan/testkit";
import { isObject, readAppFile, stringifyJson, type Value } from "@diwan/workflow";
import { afterAll, describe, expect, it } from "vitest";
import { diwan } from "../support/diwan.ts";
import { textOf } from "../support/event-stream.ts";
import { canRun, cases, type ExpectedRun, needs } from "./cases.ts";
import { compactEvents } from "./compact-events.ts";
import { scriptedReplies } from "./scripted-replies.ts";
import { startTestSite, testSiteSettings, withSite } from "./test-site.ts";

type Json = Record<string, unknown>;

const folder = mkdtempSync(join(tmpdir(), "diwan-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first run of each file that a command line can give: a process each costs more than the run. */
const runs = cases.flatMap((one) => {
  const { name, text, expected } = one;
  const run = expected.runs.find(({ history, dialogueCount, refused, root, answers }) =>
    [history, dialogueCount, refused, root, answers].every((given) => given === undefined),
  );
  if (run === undefined) return [];
  return [{ name, text, run, isHere: canRun(one), title: name + needs(one) }];
});

describe.concurrent("the app files through diwan run", () => {
  const [here, elsewhere] = [runs.filter(({ isHere }) => isHere), runs.filter(({ isHere }) => !isHere)];
  it.skip.each(elsewhere)("$title", () => {});

  it.each(here)("$title", async ({ name, text, run }) => {
    await using sandbox = await openTestSandbox();
    await using model = await startModelServer();
    await using site = await startTestSite();
    model.script(scriptedReplies(run.models));
    const file = join(folder, `${name.replaceAll("/", "-")}.yml`);
    writeFileSync(file, text);
    const isChat = readAppFile(text).file!.mode === "advanced-chat";
    const { stdout, stderr } = await diwan(
      [
        "run",
        file,
        "--output",
        "events",
        "--model-endpoint",
        model.url,
        ...inputsOf({ ...run, inputs: withSite(run.inputs ?? {}, site.url) }),
        ...(isChat ? ["--query", run.query ?? "hi"] : []),
      ],
      { ...testSiteSettings, ...sandbox.settings },
    );
    const frames = stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => ({ text: "", id: undefined, data: JSON.parse(line) as Json }));
    const finished = frames.find(({ data }) => /^workflow_(finished|paused)$/.test(String(data["event"])));
    expect(finished, stderr).toBeDefined();
    const data = finished!.data["data"] as Json;
    expect(data["status"]).toBe(run.status);
    if (run.outputs !== undefined && run.files === undefined && run.status !== "paused")
      expect(data["outputs"]).toEqual(JSON.parse(stringifyJson(run.outputs)));
    if (run.answer !== undefined) expect(textOf(frames)).toBe(run.answer);
    if (run.events !== undefined && run.files === undefined)
      expect(compactEvents(frames.map((frame) => frame.data))).toEqual(run.events);
  });
});

/** `--inputs`, and `--file` for each upload. */
function inputsOf({ name, inputs = {}, files = {} }: ExpectedRun): string[] {
  const plain: Record<string, Value> = {};
  const options: string[] = [];
  for (const [variable, value] of Object.entries(inputs)) {
    const named = (Array.isArray(value) ? value : [value]).map((one) => (isObject(one) ? one["$file"] : undefined));
    if (!named.every((one) => typeof one === "string") || named.length === 0) {
      plain[variable] = value;
      continue;
    }
    for (const one of named) {
      const path = join(folder, String(one));
      writeFileSync(path, files[String(one)]?.text ?? name);
      options.push("--file", `${variable}=${path}`);
    }
  }
  return ["--inputs", stringifyJson(plain), ...options];
}
