import { parseArgs } from "node:util";
import { readContent } from "@diwan/apps";
import { asDiwanError, DiwanError } from "@diwan/kernel";
import { type Problem, readAppFile } from "@diwan/workflow";
import { type Command, DONE, FAILED, print, UsageError, WRONG_USAGE } from "../command.ts";
import { readText } from "../read-input.ts";

export const checkCommand: Command = {
  usage: "FILE…",
  summary: "Validates app files. One line for each problem: FILE:LINE: severity code node: message.",
  options: [],
  async run(args) {
    const { positionals: files } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    if (files.length === 0) throw new UsageError("Name at least one file.");
    const codes = files.map(check);
    return codes.includes(WRONG_USAGE) ? WRONG_USAGE : Math.max(...codes);
  },
};

function check(path: string): number {
  try {
    const problems = problemsOf(readText(path));
    for (const problem of problems) print(line(path, problem));
    return problems.some(({ severity }) => severity === "error") ? FAILED : DONE;
  } catch (error) {
    if (error instanceof UsageError) print(`${path}:1: error file-unreadable -: ${error.message}`);
    else if (error instanceof DiwanError)
      print(`${path}:${lineIn(error.message)}: error ${error.code} -: ${error.message}`);
    else throw asDiwanError(error);
    return WRONG_USAGE;
  }
}

/** A file that can be read is also held against the steps that run today. */
function problemsOf(text: string): Problem[] {
  const { file, problems } = readAppFile(text);
  return file === undefined ? problems : readContent(text).problems;
}

function line(path: string, { line: at, severity, code, nodeId, message }: Problem): string {
  return `${path}:${at ?? 1}: ${severity} ${code} ${nodeId ?? "-"}: ${message}`;
}

/** A text that is no YAML at all carries its line in the sentence. */
function lineIn(message: string): string {
  return /^Line (\d+)/.exec(message)?.[1] ?? "1";
}
