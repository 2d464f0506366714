import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pyodideFolder } from "./pyodide-folder.ts";

/** What a snapshot is made from; with any change of it another one is needed. */
const sources = ["gate.ts", "interpreter.ts", "make-snapshot.ts", "prelude.py", "python.ts", "wheels.ts"];

/**
 * The file with the memory of an interpreter that has started, made where it is not there yet, which takes two seconds.
 *
 * @param folder  Where it is kept; made where it is missing.
 * @param wheels  Packages that programs can import.
 * @throws Error with what the interpreter said.
 */
export async function snapshotFile(folder: string, wheels: readonly string[]): Promise<string> {
  const path = join(folder, `python-${fingerprint(wheels)}.snapshot`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (/^python-[0-9a-f]+\.snapshot$/.test(name)) rmSync(join(folder, name), { force: true });
  }
  await makeSnapshot(path, wheels);
  return path;
}

function fingerprint(wheels: readonly string[]): string {
  const hash = createHash("sha256").update(process.version);
  for (const name of sources) hash.update(readFileSync(join(import.meta.dirname, name)));
  for (const path of wheels) hash.update(`${path}\n`).update(readFileSync(path));
  return hash
    .update(readFileSync(join(pyodideFolder, "package.json")))
    .digest("hex")
    .slice(0, 16);
}

function makeSnapshot(path: string, wheels: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, "make-snapshot.ts");
    const child = spawn(process.execPath, [script, path, ...wheels], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { TZ: "UTC" },
    });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The image of Python could not be made:\n${said}`));
    });
  });
}
