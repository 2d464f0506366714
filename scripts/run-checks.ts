import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { checkDirectSockets } from "./checks/direct-sockets.ts";
import { checkImports } from "./checks/imports.ts";
import { checkLinks } from "./checks/links.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);

type Check = { name: string; run(): string[] };

/** A tool that prints its own findings; what it says is shown when it fails. */
function tool(name: string, command: string, ...args: string[]): Check {
  return {
    name,
    run() {
      const { status, stdout, stderr } = spawnSync(command, args, {
        cwd: root,
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
      });
      return status === 0 ? [] : [`${stdout}${stderr}`.trim()];
    },
  };
}

const checks: Check[] = [
  tool("types", bin("tsc"), "-p", "."),
  tool("types of the console", bin("tsc"), "-p", "web"),
  tool("format and lint", bin("biome"), "check", "."),
  tool("dead code", bin("knip"), "--no-progress"),
  { name: "imports", run: () => checkImports(root) },
  { name: "ways out", run: () => checkDirectSockets(root) },
  { name: "links in documents", run: () => checkLinks(root) },
];

let failed = 0;
for (const { name, run } of checks) {
  const startedAt = performance.now();
  const problems = run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${problems.length === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)\n`);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  failed += problems.length === 0 ? 0 : 1;
}
process.exitCode = failed === 0 ? 0 : 1;
