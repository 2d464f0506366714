import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "./installation.ts";

export type CommandResult = { code: number | null; stdout: string; stderr: string };

/** `npx diwan …` as a process of its own. */
export function diwan(args: readonly string[], environment: Record<string, string> = {}): Promise<CommandResult> {
  const {
    OPENAI_API_BASE: _base,
    OPENAI_API_KEY: _key,
    DIWAN_URL: _url,
    DIWAN_TOKEN: _token,
    ...inherited
  } = process.env;
  const child = spawn(process.execPath, [join(projectRoot, "scripts/diwan.mjs"), ...args], {
    env: { ...inherited, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
