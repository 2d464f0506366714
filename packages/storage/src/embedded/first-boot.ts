import { execFile } from "node:child_process";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * Makes the database on the first start. It is built aside and put in place by one rename, so a start that was cut leaves
 * nothing half-made; and in a process of its own, because building it takes 800 MB that would stay with this one.
 */
export async function ensureDatabase(directory: string): Promise<void> {
  if (existsSync(join(directory, "PG_VERSION"))) return;
  const building = `${directory}.building`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true, mode: 0o700 });
  const program = fileURLToPath(new URL("./initialise-database.ts", import.meta.url));
  await promisify(execFile)(process.execPath, [program, building]);
  syncTree(building);
  renameSync(building, directory);
  syncPath(dirname(directory));
}

function syncTree(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) syncTree(child);
    else if (entry.isFile()) syncPath(child);
  }
  syncPath(path);
}

function syncPath(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
