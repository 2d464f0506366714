import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { copyEmbeddedTemplate } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../support/installation.ts";

let folder: string;
let serverPid: number | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "diwan-npm-"));
  await copyEmbeddedTemplate(folder);
});
afterAll(() => {
  try {
    if (serverPid !== undefined) process.kill(serverPid, "SIGKILL");
  } catch {
    // It has ended, as it should.
  }
  rmSync(folder, { recursive: true, force: true });
});

const localFile = () => join(folder, "local.json");

async function until(holds: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    if (holds()) return true;
    await sleep(50);
  }
  return false;
}

describe("a server started by npm", () => {
  it("ends properly when npm's shell is killed and tells it nothing", async () => {
    // As npm runs a script: a shell that waits for its command and passes no signal on.
    const command = `"${process.execPath}" scripts/start.mjs --port 0 --data "${folder}" & echo $!; wait`;
    const shell = spawn("sh", ["-c", command], {
      cwd: projectRoot,
      env: { ...process.env, npm_lifecycle_event: "start" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    shell.stdout.once("data", (line: Buffer) => {
      serverPid = Number(String(line));
    });
    const ready = () => existsSync(localFile()) && readFileSync(localFile(), "utf8").includes("url");
    expect(await until(ready)).toBe(true);

    shell.kill("SIGKILL");
    // Only a proper end takes this file away.
    expect(await until(() => !existsSync(localFile()))).toBe(true);
  });
});
