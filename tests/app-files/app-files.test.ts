import {
  type App,
  confirmImport,
  createVersionPreparer,
  exportApp,
  importApp,
  type PreparedVersion,
  readContent,
} from "@diwan/apps";
import { createIdSource, systemClock, type WorkspaceScope } from "@diwan/kernel";
import type { Run } from "@diwan/runs";
import { createStores } from "@diwan/storage/postgres";
import {
  type HttpServer,
  type ModelServer,
  memoryRunFiles,
  openTestSandbox,
  type SeenRequest,
  startModelServer,
  type TestSandbox,
} from "@diwan/testkit";
import { anAccount, aWorkspace } from "@diwan/testkit/contracts";
import { type TestDatabase, testDatabaseServers } from "@diwan/testkit/services";
import {
  EXPORT_DSL_VERSION,
  type FileValue,
  isObject,
  type ObjectValue,
  readAppFile,
  readYaml,
  type Value,
} from "@diwan/workflow";
import { createKeyRing, createSealer } from "@diwan/workspaces";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppRun, runVersion, sandboxSettings } from "../support/run-app.ts";
import {
  type AppFileCase,
  canRun,
  cases,
  type ExpectedRun,
  hasFixedOrder,
  mapAnswers,
  needs,
  updateEvents,
  withFilesInPlace,
} from "./cases.ts";
import { compactEvents, stepsOf } from "./compact-events.ts";
import { differences } from "./differences.ts";
import { scriptedReplies } from "./scripted-replies.ts";
import { startTestSite, withSite } from "./test-site.ts";

const secretKey = "a key that only these tests have, long enough";

let database: TestDatabase;
let model: ModelServer;
let site: HttpServer;
let sandbox: TestSandbox;
let installation: Awaited<ReturnType<typeof openInstallation>>;
/** Each file is imported once, by whichever test comes first. */
const imported = new Map<string, Promise<App>>();

beforeAll(async () => {
  const embedded = testDatabaseServers.find(({ name }) => name === "PGlite")!;
  database = await embedded.open();
  model = await startModelServer();
  site = await startTestSite();
  sandbox = await openTestSandbox();
  installation = await openInstallation(database);
});
afterAll(async () => {
  await model[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
  await database.close();
  imported.clear();
});

async function openInstallation({ database }: TestDatabase) {
  const ids = createIdSource();
  const stores = createStores(database, { ids, clock: systemClock });
  const [owner, workspace] = [anAccount(), aWorkspace()];
  await stores.accounts.createOwner(owner, workspace);
  const scope: WorkspaceScope = { workspaceId: workspace.id };
  const sealer = createSealer(createKeyRing(secretKey, []), stores.dataKeys, ids);
  const prepare = createVersionPreparer({ apps: stores.apps, sealer });
  return { needs: { ...stores, sealer, clock: systemClock, ids }, scope, prepare };
}

function importOnce({ name, text }: AppFileCase): Promise<App> {
  const { needs, scope } = installation;
  const take = async () => {
    const first = await importApp(needs, scope, { content: text, draft: false, by: null });
    const result = first.status === "pending" ? await confirmImport(needs, scope, first.id, null) : first;
    return result.app!;
  };
  if (!imported.has(name)) imported.set(name, take());
  return imported.get(name)!;
}

it("has files of every version that was ever exported, of every mode, and one without a version", () => {
  const files = cases.map(({ text }) => readAppFile(text));
  const spelled = cases.filter(({ text }) => /^version:/m.test(text)).map(({ text }) => readAppFile(text).version);
  for (const version of ["0.1.0", "0.1.1", "0.1.2", "0.1.3", "0.1.4", "0.1.5", "0.2.0", "0.3.0", "0.3.1"])
    expect(spelled).toContain(version);
  for (const version of ["0.4.0", "0.5.0", "0.6.0", "0.7.0"]) expect(spelled).toContain(version);
  expect(spelled.length).toBeLessThan(cases.length);
  expect(new Set(files.map(({ file }) => file?.mode))).toEqual(
    new Set(["workflow", "advanced-chat", "chat", "completion", "agent-chat"]),
  );
});

describe.each(cases)("$name", (one) => {
  const { text, expected } = one;

  it("is read, with each problem at its line", () => {
    const { verdict } = readAppFile(text);
    expect(verdict).toBe(expected.verdict ?? "completed-with-warnings");
    const { problems } = readContent(text);
    expect(problems.map(({ severity, code, nodeId }) => `${severity} ${code} ${nodeId}`)).toEqual(expected.problems);
    const lines = text.split("\n");
    // A step that the file lacks, such as an iteration's start marker, has the line of the steps.
    for (const { line, path, nodeId } of problems)
      expect(lines[line! - 1]).toContain(text.includes(nodeId!) ? `${path.split(".").at(-1)}:` : "nodes:");
  });

  it("is imported, and put live where its steps can run", async () => {
    const app = await importOnce(one);
    const { graph } = readContent(text);
    expect(app.publishedVersionId !== null).toBe(graph !== undefined);
    if (expected.runs.length > 0) expect(app.publishedVersionId).not.toBeNull();
    const { steps } = readContent(app.documentText);
    const cannotRun = steps.filter(({ support }) => support !== "ready").map(({ nodeId }) => nodeId);
    // A step whose settings are wrong is of a type that runs.
    const ofTypes = expected.problems.filter((problem) => !problem.includes(" app.step-invalid "));
    expect(cannotRun).toEqual(ofTypes.map((problem) => problem.split(" ").at(-1)));
  });

  it("is exported with everything that was in it, and reads the same again", async () => {
    const { needs, scope } = installation;
    const { text: exported } = await exportApp(needs, scope, (await importOnce(one)).id, { includeSecrets: false });
    const [before, after] = [readYaml(text).value, readYaml(exported).value];
    expect(differences(before, after)).toEqual(expected.changes);

    const [first, second] = [readAppFile(text), readAppFile(exported)];
    expect(second.problems).toEqual(first.problems.map((problem) => ({ ...problem, line: expect.any(Number) })));
    const again = await exportAgain(exported);
    expect(again).toBe(exported);
  });

  it("lists the plugins that it needs", () => {
    const document = readAppFile(text).file!.document;
    const own = (readYaml(text).value as ObjectValue)["dependencies"];
    if (Array.isArray(own) && own.length > 0) expect(document["dependencies"]).toEqual(own);
    else expect(pluginsIn(document)).toEqual(expected.dependencies ?? []);
  });

  if (expected.runs.length > 0) {
    it.skipIf(!canRun(one)).each(expected.runs)(`$name${needs(one)}`, async (run) => {
      model.script(scriptedReplies(run.models));
      model.requests.length = 0;
      const app = await importOnce(one);
      const prepared = await installation.prepare(installation.scope, app.id, app.publishedVersionId!);
      const version = { ...prepared, root: prepared.graph.byId.get(run.root ?? "") ?? prepared.root };
      if (run.refused === undefined) {
        const got = await start(version, app.mode as Run["mode"], run);
        const events = compactEvents(got.frames);
        if (process.env["DIWAN_UPDATE_FIXTURES"] === "1" && hasFixedOrder(run)) updateEvents(one, run, events);
        expectRun(got, run, model.requests);
        if (run.events !== undefined) expect(events).toEqual(run.events);
      } else {
        await expect(start(version, app.mode as Run["mode"], run)).rejects.toThrow(run.refused);
      }
    });
  }
});

/** What comes out when the export is imported into the same installation and exported again. */
async function exportAgain(exported: string): Promise<string> {
  const { needs, scope } = installation;
  const first = await importApp(needs, scope, { content: exported, draft: true, by: null });
  const result = first.status === "pending" ? await confirmImport(needs, scope, first.id, null) : first;
  return (await exportApp(needs, scope, result.app!.id, { includeSecrets: false })).text;
}

async function start(version: PreparedVersion, mode: Run["mode"], run: ExpectedRun): Promise<AppRun> {
  const { query, history, dialogueCount } = run;
  const { files, inputs, answers } = withFiles(run);
  const options = {
    inputs: withSite(inputs, site.url),
    modelUrl: model.url,
    sandbox: sandboxSettings(sandbox),
    ports: { files },
    ...(query === undefined ? {} : { query }),
    ...(history === undefined ? {} : { history }),
    ...(dialogueCount === undefined ? {} : { dialogueCount }),
  };
  const first = await runVersion(version, mode, options);
  if (answers === undefined) return first;
  expect(first.status).toBe("paused");
  const { entries: journal, runId } = first;
  const second = await runVersion(version, mode, { ...options, journal, runId, answers });
  return { ...second, frames: [...first.frames, ...second.frames] };
}

/** The run's uploads, and its inputs and answers with the files in their places. */
function withFiles({ files: given = {}, inputs = {}, answers }: ExpectedRun) {
  const files = memoryRunFiles();
  const uploaded: Record<string, FileValue> = {};
  for (const [name, { text, ...rest }] of Object.entries(given)) uploaded[name] = files.add(name, text, rest);
  const inPlace = (values: Record<string, Value>) => withFilesInPlace(values, uploaded);
  return { files, inputs: inPlace(inputs), answers: answers === undefined ? undefined : mapAnswers(answers, inPlace) };
}

function expectRun(got: AppRun, run: ExpectedRun, requests: readonly SeenRequest[]): void {
  expect({ status: got.status, error: got.error?.message ?? null }).toEqual({
    status: run.status,
    error: run.error === undefined ? null : expect.stringContaining(run.error),
  });
  if (run.outputs !== undefined) expect(got.outputs).toEqual(run.outputs);
  if (run.answer !== undefined) expect(got.answer).toBe(run.answer);
  if (run.path !== undefined) expect(grouped(got.path, run.path)).toEqual(run.path.map(sortedGroup));
  if (run.prompts !== undefined) expect(requests.map(promptOf)).toEqual(run.prompts);
  if (run.steps !== undefined) expect(stepsOf(got.frames)).toEqual(run.steps);
  if (run.calls !== undefined) expect(requests).toHaveLength(run.calls);
  // Whatever the author says a run must give, it never leaves a step without an end.
  const started = got.events.flatMap((event) => (event.type === "step.started" ? [event.nodeId] : []));
  if (got.status !== "failed" && got.status !== "paused")
    expect([...got.path].sort()).toEqual(expect.arrayContaining([...started].sort()));
}

/** The path cut as the expected one is, each group in the order of its ids. */
function grouped(path: readonly string[], expected: readonly (string | string[])[]): (string | string[])[] {
  const rest = [...path];
  const groups = expected.map((group) => (Array.isArray(group) ? rest.splice(0, group.length).sort() : rest.shift()!));
  return [...groups, ...rest];
}

function sortedGroup(group: string | string[]): string | string[] {
  return Array.isArray(group) ? [...group].sort() : group;
}

function promptOf({ body }: SeenRequest): unknown {
  const { messages, prompt } = body as { messages?: { role: string; content: string }[]; prompt?: string };
  return messages?.map(({ role, content }) => [role, content]) ?? prompt;
}

function pluginsIn({ dependencies }: ObjectValue): string[] {
  if (!Array.isArray(dependencies)) return [];
  return dependencies.map((dependency) => {
    const value = isObject(dependency) && isObject(dependency["value"]) ? dependency["value"] : {};
    return String(value["marketplace_plugin_unique_identifier"] satisfies Value | undefined);
  });
}

it("exports older files under the version that older hosts take, and newer ones under their own", async () => {
  const { needs, scope } = installation;
  for (const [name, version] of [
    ["first-generation-branches", EXPORT_DSL_VERSION],
    ["newest-steps", "0.7.0"],
    ["newer-minor", "0.9.0"],
  ]) {
    const app = await importOnce(cases.find((one) => one.name === name)!);
    const { text } = await exportApp(needs, scope, app.id, { includeSecrets: false });
    expect(text).toMatch(new RegExp(`^version: "?${version}"?\n`));
  }
});

it("keeps secrets sealed in the store and gives them out only when asked to", async () => {
  const { needs, scope } = installation;
  const app = await importOnce(cases.find(({ name }) => name === "numbers-and-texts")!);
  expect(app.documentText).not.toContain("sk-not-to-be-seen");
  const export_ = async (includeSecrets: boolean) => (await exportApp(needs, scope, app.id, { includeSecrets })).text;
  expect(await export_(false)).not.toContain("sk-not-to-be-seen");
  expect(await export_(true)).toContain("sk-not-to-be-seen");
});
