import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { v1Frames } from "@diwan/api";
import { AppErrors, readContent } from "@diwan/apps";
import { createGuardedHttpClient, type EgressPolicy, type HttpClient } from "@diwan/egress";
import { egressPolicy, egressSettings } from "@diwan/egress/settings";
import { createIdSource, silentLogger, systemClock } from "@diwan/kernel";
import { codeLimitsOf, codeRule, codeSettings, knownNames, readConfig } from "@diwan/kernel/node";
import { countTokens, createModelGateway, type ModelPort } from "@diwan/models";
import { type CodeLimits, defaultHttpLimits, type NodePorts, type RunFiles } from "@diwan/nodes";
import {
  defaultRunLimits,
  type FinishedRun,
  fileValueOf,
  type PreparedVersion,
  type Recording,
  type Run,
  recordingPorts,
  runOnce,
  type StepCall,
} from "@diwan/runs";
import { OwnSandbox } from "@diwan/sandbox";
import { type AppFileMode, isFile, isObject, parseJson, sentenceOf, stringifyJson, type Value } from "@diwan/workflow";
import { codeRunner } from "../../own-code-runner.ts";
import { type Command, DONE, FAILED, print, say, UsageError } from "../command.ts";
import { localRunFiles } from "../local-run-files.ts";
import { readText } from "../read-input.ts";
import { makeRecordingFolder, readRecording, writeRecording } from "../recording-file.ts";
import { runResult } from "../run-result.ts";

export const runCommand: Command = {
  usage: "FILE [--inputs JSON|@FILE] [--query TEXT] [--output json|events|text] …",
  summary: "Runs an app file in this process, without a server, and prints the result.",
  options: [
    ["--inputs JSON|@FILE", "values of the start step's fields, as a JSON object"],
    ["--query TEXT", "the message, for a chat app"],
    ["--file VARIABLE=PATH", "a file for a field; may be given several times"],
    ["--env NAME=VALUE", "value of an environment variable of the app; may be given several times"],
    ["--model-endpoint URL", "send every model call to this OpenAI-compatible address (key: OPENAI_API_KEY)"],
    ["--record DIR", "keep the run in this folder: what went in, and every answer from outside"],
    ["--replay DIR", "repeat the run that was recorded there, its clock and inputs too, without network"],
    ["--output json|events|text", "one object, one event a line, or the plain answer (text)"],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        inputs: { type: "string" },
        query: { type: "string" },
        file: { type: "string", multiple: true },
        env: { type: "string", multiple: true },
        "model-endpoint": { type: "string" },
        record: { type: "string" },
        replay: { type: "string" },
        output: { type: "string" },
      },
    });
    const [path] = positionals;
    if (path === undefined || positionals.length > 1) throw new UsageError("Name one app file.");
    const output = readOutput(values.output);
    const { record, replay: from } = values;
    if (record !== undefined && from !== undefined) throw new UsageError("Give --record or --replay, not both.");
    const { version, mode } = prepare(readText(path), readEnvironment(values.env ?? []));
    const replay = from === undefined ? undefined : readRecording(from);
    const query = values.query ?? replay?.run.query ?? "";
    if (mode === "advanced-chat" && query === "")
      throw new UsageError("This is a chat app: say something to it with --query TEXT.");
    if (record !== undefined) makeRecordingFolder(record);
    const settings = readConfig({ ...egressSettings, ...codeSettings }, process.env, knownNames, codeRule);
    const policy = egressPolicy(settings);
    const models = modelPort(values["model-endpoint"], policy);
    const http = createGuardedHttpClient({ profile: "untrusted", policy });
    const sandbox = new OwnSandbox();
    const code = codeRunner(policy, settings, sandbox);
    const inputs = inputsOf(values, replay);
    const reach = {
      models,
      http,
      files: localRunFiles(http, addressesIn(inputs)),
      code,
      codeLimits: codeLimitsOf(settings),
    };
    const ports = (run: Run, step: StepCall) =>
      record === undefined ? portsOf(reach, run) : recordingPorts(portsOf(reach, run), step);
    const abort = new AbortController();
    process.once("SIGINT", () => abort.abort());
    await using _ = { [Symbol.asyncDispose]: () => sandbox.close() };
    const finished = await runOnce(
      { clock: systemClock, ids: createIdSource(), logger: silentLogger, ports },
      {
        version,
        mode,
        inputs,
        user: "cli",
        query,
        limits: defaultRunLimits,
        signal: abort.signal,
        ...(replay === undefined ? {} : { replay }),
      },
    );
    show(finished, output);
    if (record !== undefined) writeRecording(record, finished);
    return endedWell.has(finished.run.status) ? DONE : FAILED;
  },
};

/** A run that waits for a person did what it could. */
const endedWell: ReadonlySet<string> = new Set(["succeeded", "partial-succeeded", "paused"]);

type Output = "json" | "events" | "text";

function readOutput(text = "text"): Output {
  if (text === "json" || text === "events" || text === "text") return text;
  throw new UsageError(`--output is json, events or text, not "${text}".`);
}

/** @throws app.file-invalid (caller), app.not-runnable (author) */
function prepare(
  text: string,
  environment: ReadonlyMap<string, string>,
): { version: PreparedVersion; mode: Run["mode"] } {
  const { file, graph, start, problems } = readContent(text);
  if (graph === undefined || start === undefined || file.workflow === undefined) {
    const first = problems.find(({ severity }) => severity === "error");
    const sentence = first === undefined ? whyNot(file.mode, file.workflow !== undefined) : sentenceOf(first);
    throw AppErrors["file-invalid"]({ sentence });
  }
  const environmentVariables = file.workflow.environmentVariables.map((variable) => {
    const given = environment.get(variable.name);
    return given === undefined ? variable : { ...variable, value: given };
  });
  const document = { ...file.workflow, environmentVariables };
  return { version: { graph, root: start, document }, mode: file.mode as Run["mode"] };
}

function whyNot(mode: AppFileMode, hasWorkflow: boolean): string {
  return hasWorkflow
    ? "It has no start step, so only a trigger can start it."
    : `Apps of mode "${mode}" come with a later release.`;
}

/** A replay goes with what was recorded, unless something else is given. */
function inputsOf({ inputs, file }: { inputs?: string; file?: string[] }, replay: Recording | undefined) {
  if (replay !== undefined && inputs === undefined && file === undefined) return replay.run.inputs;
  return { ...readInputs(inputs), ...readFiles(file ?? []) };
}

/** Of every file among them. */
function addressesIn(inputs: Readonly<Record<string, Value>>): Set<string> {
  const files = Object.values(inputs).flat();
  return new Set(files.flatMap((file) => (isFile(file) && typeof file.url === "string" ? [file.url] : [])));
}

function readInputs(text: string | undefined): Record<string, Value> {
  if (text === undefined) return {};
  const json = text.startsWith("@") ? readText(text.slice(1)) : text;
  let value: Value;
  try {
    value = parseJson(json);
  } catch {
    throw new UsageError(`--inputs is not valid JSON. Write it like --inputs '{"city": "Doha"}', or @FILE.`);
  }
  if (!isObject(value)) throw new UsageError("--inputs must be a JSON object.");
  return value;
}

function pair(option: string, text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`${option} is written NAME=VALUE, not "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function readEnvironment(given: readonly string[]): Map<string, string> {
  return new Map(given.map((text) => pair("--env", text)));
}

/** Several files for one field become a list. */
function readFiles(given: readonly string[]): Record<string, Value> {
  const files: Record<string, Value> = {};
  for (const text of given) {
    const [name, path] = pair("--file", text);
    const file = localFile(path);
    const before = files[name];
    files[name] = before === undefined ? file : [...(Array.isArray(before) ? before : [before]), file];
  }
  return files;
}

function localFile(path: string): Value {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new UsageError(`${path} cannot be read: there is no such file.`);
  const url = pathToFileURL(resolve(path)).href;
  const mimeType = "application/octet-stream";
  return fileValueOf({ id: null, name: basename(path), mimeType, size, transferMethod: "local_file", url });
}

function modelPort(endpoint: string | undefined, policy: EgressPolicy): ModelPort {
  const apiKey = process.env["OPENAI_API_KEY"];
  const base = process.env["OPENAI_API_BASE"];
  return createModelGateway({
    http: createGuardedHttpClient({ profile: "platform", policy }),
    ...(endpoint === undefined ? {} : { onlyEndpoint: { baseUrl: endpoint, apiKey } }),
    ...(base === undefined ? {} : { environment: { baseUrl: base, apiKey } }),
  });
}

type Reach = {
  models: ModelPort;
  http: HttpClient;
  files: RunFiles;
  code: ReturnType<typeof codeRunner>;
  codeLimits: CodeLimits;
};

function portsOf({ models, http, files, code, codeLimits }: Reach, run: Run): NodePorts {
  const scope = { workspaceId: run.workspaceId };
  return {
    models: { stream: (request, call) => models.stream(scope, request, { ...call, runId: run.id }), countTokens },
    conversation: { history: async () => [] },
    http,
    httpLimits: defaultHttpLimits,
    files,
    forms: { newToken: () => randomBytes(32).toString("base64url") },
    documents: { read: async () => undefined },
    code: code(scope),
    codeLimits,
  };
}

function show(finished: FinishedRun, output: Output): void {
  const { run, events } = finished;
  if (output === "json") {
    print(stringifyJson(runResult(finished) as Value, 2));
    return;
  }
  if (output === "events") {
    const frames = events.flatMap((event, place) => v1Frames(run, { seq: place + 1, event }));
    for (const { data } of frames) print(stringifyJson(data as Value));
    return;
  }
  if (run.status === "paused") for (const text of formsOf(events)) say(text);
  else if (run.status === "failed")
    say(`${run.error?.nodeId === null ? "" : `Step ${run.error?.nodeId}: `}${run.error?.message}`);
  else print(run.mode === "advanced-chat" ? run.answer : plain(run.outputs));
}

/** What a run that waits asks for. */
function formsOf(events: FinishedRun["events"]): string[] {
  return events.flatMap((event) =>
    event.type === "form.required"
      ? [
          `The run waits at step "${event.reason.nodeTitle}":\n${event.reason.content}\nActions: ${event.reason.actions.map(({ title }) => title).join(", ")}`,
        ]
      : [],
  );
}

/** One text is printed as it is, everything else as JSON. */
function plain(outputs: Record<string, Value>): string {
  const values = Object.values(outputs);
  return values.length === 1 && typeof values[0] === "string" ? values[0] : stringifyJson(outputs);
}
