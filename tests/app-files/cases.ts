import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunStatus } from "@diwan/contracts";
import { type FileValue, parseJson, type Value, type VersionVerdict } from "@diwan/workflow";

/** What a scripted model says to requests that hold a text; `calls` are of tools. */
export type ScriptedReply = {
  when: string;
  text?: string;
  calls?: { name: string; arguments: Value }[];
  status?: number;
  delayMs?: number;
};

/** A file that was uploaded before the run: its text, and what else is known of it. */
export type UploadedFile = Partial<FileValue> & { text: string };

/** One run of an app file. A member of `path` that is a list settles in any order. */
export type ExpectedRun = {
  name: string;
  /** By file name; inputs refer to one as `{"$file": name}`. */
  files?: Record<string, UploadedFile>;
  inputs?: Record<string, Value>;
  query?: string;
  history?: { query: string; answer: string }[];
  dialogueCount?: number;
  models?: ScriptedReply[];
  /** The field's rule that the inputs break; nothing runs then. */
  refused?: string;
  status?: RunStatus;
  outputs?: Record<string, Value>;
  answer?: string;
  error?: string;
  path?: (string | string[])[];
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
  /** Every place in which the export differs from the file, see `differences`. */
  changes: string[];
  runs: ExpectedRun[];
};

export type AppFileCase = { name: string; text: string; expected: Expected };

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
  return names.sort().map((name) => ({
    name: prefix + name,
    text: readFileSync(join(folder, `${name}.yml`), "utf8"),
    // Numbers keep their kind here too.
    expected: parseJson(readFileSync(join(expectations, `${name}.expected.json`), "utf8")) as unknown as Expected,
  }));
}
