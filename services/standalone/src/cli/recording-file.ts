import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JournalEntry } from "@diwan/contracts";
import { type FinishedRun, Recording, type Run } from "@diwan/runs";
import { isObject, parseOwnJson, stringifyJson, type Value } from "@diwan/workflow";
import { UsageError } from "./command.ts";
import { readText } from "./read-input.ts";

const VERSION = 1;

/**
 * Before the run, so that nobody pays for one that cannot be kept.
 *
 * @throws UsageError where there can be no folder.
 */
export function makeRecordingFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(`Nothing can be recorded in ${folder}: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

/**
 * Keeps a run in a folder of its own, in place of what was recorded there before: what went in, and its journal with the
 * answers, times and seed. Only the owner may read it, as it holds all that the run saw.
 */
export function writeRecording(folder: string, { run, journal }: FinishedRun): void {
  const path = pathIn(folder);
  const content = { version: VERSION, run, journal } as unknown as Value;
  writeFileSync(path, `${stringifyJson(content, 2)}\n`, { mode: 0o600 });
  // The mode above is for a new file only.
  chmodSync(path, 0o600);
}

/** @throws UsageError where there is no recording that this release can read. */
export function readRecording(folder: string): Recording {
  const path = pathIn(folder);
  const recorded = parsed(readText(path));
  if (recorded === undefined) throw new UsageError(`${path} is no recording. Make one with --record.`);
  return new Recording(recorded.run, recorded.journal);
}

function parsed(text: string): { run: Run; journal: JournalEntry[] } | undefined {
  let content: Value;
  try {
    content = parseOwnJson(text);
  } catch {
    return undefined;
  }
  if (!isObject(content) || content["version"] !== VERSION || !isObject(content["run"])) return undefined;
  const { run, journal } = content;
  const isJournal = Array.isArray(journal) && journal.every((entry) => JournalEntry.safeParse(entry).success);
  return isJournal ? { run: run as unknown as Run, journal: journal as unknown as JournalEntry[] } : undefined;
}

function pathIn(folder: string): string {
  return join(folder, "recording.json");
}
