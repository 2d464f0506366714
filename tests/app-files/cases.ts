import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PauseAnswer, RunStatus } from "@diwan/contracts";
import { hasTestSandbox } from "@diwan/testkit";
import { type FileValue, isObject, parseJson, stringifyJson, type Value, type VersionVerdict } from "@diwan/workflow";

/** What a scripted model says to requests that hold a text; `calls` are of tools. */
export type ScriptedReply = {
  when: string;
  text?: string;
  calls?: { name: string; arguments: Value }[];
  status?: number;
  delayMs?: number;
  /** The connection breaks after this many words. */
  cutAfter?: number;
  /** How often it is said; then the next reply that fits has its turn. */
  times?: number;
};

/** A file that was uploaded before the run: its text, and what else is known of it. */
export type UploadedFile = Partial<FileValue> & { text: string };

/** One run of an app file. A member of `path` that is a list settles in any order. */
export type ExpectedRun = {
  name: string;
  /** The trigger that fires; inputs are then what it brings. No client can call for that: the engine alone runs it. */
  root?: string;
  /** By file name; inputs refer to one as `{"$file": name}`, and to the test site as `{"$site": path}`. */
  files?: Record<string, UploadedFile>;
  inputs?: Record<string, Value>;
  query?: string;
  history?: { query: string; answer: string }[];
  dialogueCount?: number;
  models?: ScriptedReply[];
  /** What is said to the forms that the run asks for, by step; it goes on then. */
  answers?: Record<string, PauseAnswer>;
  /** The field's rule that the inputs break; nothing runs then. */
  refused?: string;
  status?: RunStatus;
  outputs?: Record<string, Value>;
  answer?: string;
  error?: string;
  path?: (string | string[])[];
  /** Each event of the stream in a line, see `compactEvents`; for runs whose steps end in one order only. */
  events?: string[];
  /** What clients are told as `steps` of each container, by its id. */
  steps?: Record<string, number>;
  /** What each model call was asked: `[role, text]` of each message, or the text of a completion. */
  prompts?: (string | [string, string][])[];
  /** How many model calls were made. */
  calls?: number;
};

export type Expected = {
  verdict?: VersionVerdict;
  /** `severity code node` of each problem. */
  problems: string[];
  /** Plugins that the file uses without listing them. */
  dependencies?: string[];
  /** Its runs need a place where code runs. */
  sandbox?: boolean;
  /** Every place in which the export differs from the file, see `differences`. */
  changes: string[];
  runs: ExpectedRun[];
};

export type AppFileCase = { name: string; text: string; expected: Expected; file: string };

/** Values with the files in place of `{"$file": name}`. */
export function withFilesInPlace(
  values: Readonly<Record<string, Value>>,
  files: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const put = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(put);
    const name = isObject(value) ? value["$file"] : undefined;
    return typeof name === "string" ? files[name]! : value;
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, put(value)]));
}

/** Answers to forms whose fields are changed. */
export function mapAnswers(
  answers: Readonly<Record<string, PauseAnswer>>,
  change: (inputs: Record<string, Value>) => Record<string, Value>,
): Record<string, PauseAnswer> {
  const changed = (answer: PauseAnswer): PauseAnswer =>
    answer.type === "submitted" ? { ...answer, inputs: change(answer.inputs as Record<string, Value>) } : answer;
  return Object.fromEntries(Object.entries(answers).map(([step, answer]) => [step, changed(answer)]));
}

/** Whether a form's time runs out, which only the engine can be told. */
export function timesOut({ answers = {} }: ExpectedRun): boolean {
  return Object.values(answers).some(({ type }) => type === "timed-out");
}

/** Steps that work at the same time may end in any order; then the order of events is nobody's promise. */
export function hasFixedOrder({ path = [], refused }: ExpectedRun): boolean {
  return refused === undefined && path.length > 0 && path.every((step) => typeof step === "string");
}

/** Writes what was seen into the fixture, for whoever reads it before it is kept. */
export function updateEvents({ file, expected }: AppFileCase, run: ExpectedRun, events: string[]): void {
  run.events = events;
  writeFileSync(file, `${stringifyJson(expected as unknown as Value)}\n`);
}

/** What a file's runs need that a machine may not have, for their names. */
export function needs({ expected }: AppFileCase): string {
  return expected.sandbox === true ? " (needs a sandbox)" : "";
}

/** Whether a file's runs can be made here. */
export function canRun({ expected }: AppFileCase): boolean {
  return expected.sandbox !== true || hasTestSandbox();
}

const fixtures = join(import.meta.dirname, "__fixtures__");
const examples = join(import.meta.dirname, "../../examples");

/** Each app file with what is expected of it. Users' examples lie in `examples/`, their expectations here. */
export const cases: readonly AppFileCase[] = [
  ...casesIn(fixtures, fixtures, ""),
  ...casesIn(examples, join(fixtures, "examples"), "examples/"),
  ...casesIn(join(examples, "templates"), join(fixtures, "templates"), "templates/"),
];

function casesIn(folder: string, expectations: string, prefix: string): AppFileCase[] {
  const names = readdirSync(folder).flatMap((file) => (file.endsWith(".yml") ? [file.slice(0, -4)] : []));
  return names.sort().map((name) => {
    const file = join(expectations, `${name}.expected.json`);
    return {
      name: prefix + name,
      text: readFileSync(join(folder, `${name}.yml`), "utf8"),
      file,
      // Numbers keep their kind here too.
      expected: parseJson(readFileSync(file, "utf8")) as unknown as Expected,
    };
  });
}
