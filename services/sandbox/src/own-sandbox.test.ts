import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { OwnSandbox } from "./own-sandbox.ts";

const cacheFolder = mkdtempSync(join(tmpdir(), "diwan-own-sandbox-"));
const sandbox = new OwnSandbox({ SANDBOX_CACHE_DIR: cacheFolder, SANDBOX_IDLE_SECONDS: "1" });
afterAll(async () => {
  await sandbox.close();
  rmSync(cacheFolder, { recursive: true, force: true });
});

async function run(language: string, code: string): Promise<string> {
  const { endpoint, apiKey } = await sandbox.address();
  const response = await fetch(`${endpoint}/v1/sandbox/run`, {
    method: "POST",
    headers: { "x-api-key": apiKey, "content-type": "application/json" },
    body: JSON.stringify({ language, code }),
  });
  const { data } = (await response.json()) as { data: { stdout: string } };
  return data.stdout;
}

/** Processes below one, by what they run. */
function children(of: number, script: string): number[] {
  try {
    return execFileSync("pgrep", ["-P", String(of), "-f", script], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map(Number);
  } catch {
    return [];
  }
}

it("starts with the first program, lets go of what nobody needs, and comes back after it was killed", async () => {
  const main = "services/sandbox/src/main.ts";
  expect(children(process.pid, main)).toEqual([]);
  expect(await run("nodejs", "console.log(process.pid)")).toBe("1\n");
  const [pid] = children(process.pid, main);
  expect(children(pid!, "javascript/host.ts")).toHaveLength(1);
  expect(children(pid!, "python/host.ts")).toEqual([]);
  await expect.poll(() => children(pid!, "host.ts"), { timeout: 10_000 }).toEqual([]);
  expect(await run("python3", "print(2)")).toBe("2\n");
  const [host] = children(pid!, "python/host.ts");

  process.kill(pid!, "SIGKILL");
  await expect.poll(() => isAlive(host!), { timeout: 5_000 }).toBe(false);
  await expect.poll(() => children(process.pid, main)).toEqual([]);
  expect(await run("nodejs", "console.log(3)")).toBe("3\n");

  const [again] = children(process.pid, main);
  await sandbox.close();
  expect(isAlive(again!)).toBe(false);
  await expect(sandbox.address()).rejects.toThrow("The sandbox was closed.");
}, 60_000);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
