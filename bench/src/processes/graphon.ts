import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { SketchedGraph } from "../sketched-graph.ts";

/** One graph to run, what it must give, and how often. */
export type GraphonCase = {
  name: string;
  graph: SketchedGraph;
  inputs: object;
  outputs: object;
  runs: number;
  warmUp: number;
};

/** Of each run: all of its threads' processor time, and the time on the wall. */
export type GraphonFigures = { cpuSeconds: number[]; wallSeconds: number[]; steps: number };

const VERSION = "0.7.0";
const folder = resolve(import.meta.dirname, "../../../.cache/graphon");
const python = join(folder, "bin", "python");

/**
 * Puts graphon and what it needs into the project's cache folder, once: about 1.1 GB.
 *
 * @returns Why it cannot be had on this machine; undefined when it is there.
 */
export function installGraphon(): string | undefined {
  if (installedVersion() === VERSION) return undefined;
  const base = pythonFor();
  if (base === undefined) return `graphon ${VERSION} needs Python 3.12 or 3.13, and this machine has neither`;
  mkdirSync(dirname(folder), { recursive: true });
  process.stderr.write(`Installing graphon ${VERSION} into ${folder} …\n`);
  const commands: [string, string[]][] = [
    [base, ["-m", "venv", "--clear", folder]],
    [python, ["-m", "pip", "install", "--quiet", `graphon==${VERSION}`]],
  ];
  for (const [command, args] of commands) {
    const { status, stderr } = spawnSync(command, args, { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
    if (status !== 0) return `graphon ${VERSION} could not be installed: ${stderr.trim().split("\n").at(-1)}`;
  }
  return undefined;
}

/** Runs the cases in a process of graphon's own. */
export function runGraphon(cases: readonly GraphonCase[]): Promise<Record<string, GraphonFigures>> {
  const script = join(import.meta.dirname, "graphon_runner.py");
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  process.once("exit", () => child.kill());
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  child.stdin.end(JSON.stringify({ cases }));
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      if (code === 0) done(JSON.parse(output));
      else fail(new Error(`graphon_runner.py ended with ${code}`));
    });
  });
}

function installedVersion(): string | undefined {
  if (!existsSync(python)) return undefined;
  return answerOf(python, "from importlib.metadata import version; print(version('graphon'))");
}

/** The first Python that graphon runs on: of the path, or one that pyenv keeps. */
function pythonFor(): string | undefined {
  const kept = join(homedir(), ".pyenv", "versions");
  const candidates = ["python3.12", "python3.13", "python3"];
  if (existsSync(kept)) {
    const versions = readdirSync(kept).filter((name) => /^3\.1[23]\./.test(name));
    candidates.push(...versions.map((name) => join(kept, name, "bin", "python3")));
  }
  return candidates.find((candidate) =>
    /^3\.1[23]$/.test(answerOf(candidate, "import sys; print('%d.%d' % sys.version_info[:2])") ?? ""),
  );
}

function answerOf(command: string, program: string): string | undefined {
  const { status, stdout } = spawnSync(command, ["-c", program], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
